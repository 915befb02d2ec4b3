// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_API_DOCUMENT_H_
#define NMD_GATEWAY_API_DOCUMENT_H_

#include <string>
#include <vector>

#include "gateway/routes.h"
#include "nmd/internal/v1/config.pb.h"

namespace nmd::gateway {

// The OpenAPI 3.0 document of the routes (NL API Design Rules, doc-openapi and publish-openapi): paths below the server "/v1",
// query parameters in lowerCamelCase, descriptions and examples from the comments of the protos, errors as problem details, who
// may call in x-roles. Methods that only services may call are left out. The same text for the same build.
std::string OpenApiDocument(const std::vector<const Route*>& routes, const internal::v1::ContactConfig& contact);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_API_DOCUMENT_H_
