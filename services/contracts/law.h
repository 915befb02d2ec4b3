// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_LAW_H_
#define NMD_SERVICES_CONTRACTS_LAW_H_

#include <cstdint>

namespace nmd::contracts {

// The law something falls under. A code means nothing without it.
enum class Law : uint8_t { kYouth, kWmo };

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_LAW_H_
