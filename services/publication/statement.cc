// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/statement.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/platform/errors.h"

namespace nmd::publication {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Says what is signed, so that a signature is never one of something else.
constexpr absl::string_view kContext("nmd.publication.v1.Statement\0", 29);

void Initialise() {
  static const int ready = sodium_init();
  if (ready < 0) std::abort();
}

const uint8_t* Bytes(const std::string& text) { return reinterpret_cast<const uint8_t*>(text.data()); }

std::string Signed(const std::string& statement) { return absl::StrCat(kContext, statement); }

// Counts the messages in `size` bytes of a message of this type, without making any: an empty message takes two bytes on the
// wire and a hundred in memory. False when the bytes are no message, or hold more than `left`.
bool CountParts(CodedInputStream* in, const Descriptor& type, int depth, int64_t* left) {
  constexpr int kMostDepth = 16;
  if (depth > kMostDepth) return false;
  for (uint32_t tag = in->ReadTag(); tag != 0; tag = in->ReadTag()) {
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    const bool message = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                         WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    // What is not known is kept as it is, and costs memory too.
    if (--*left < 0) return false;
    if (!message) {
      if (!WireFormatLite::SkipField(in, tag)) return false;
      continue;
    }
    int size = 0;
    if (!in->ReadVarintSizeAsInt(&size) || size > in->BytesUntilLimit()) return false;
    const CodedInputStream::Limit limit = in->PushLimit(size);
    if (!CountParts(in, *field->message_type(), depth + 1, left) || in->BytesUntilLimit() != 0) return false;
    in->PopLimit(limit);
  }
  return in->ConsumedEntireMessage();
}

bool FitsBounds(const std::string& bytes) {
  CodedInputStream in(Bytes(bytes), static_cast<int>(bytes.size()));
  in.PushLimit(static_cast<int>(bytes.size()));
  int64_t left = kMostStatementParts;
  return CountParts(&in, *v1::Statement::descriptor(), 0, &left);
}

}  // namespace

absl::StatusOr<PublicKey> PublicKey::FromHex(absl::string_view digits) {
  PublicKey key;
  if (digits.size() != 2 * key.bytes_.size() || !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
    return BadFields({{"public_key", "must be 64 hexadecimal digits"}});
  }
  const std::string raw = absl::HexStringToBytes(digits);
  std::copy(raw.begin(), raw.end(), key.bytes_.begin());
  return key;
}

std::string PublicKey::Hex() const {
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size()));
}

std::string PublicKey::Id() const {
  return Sha256Hex(absl::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size())).substr(0, 16);
}

Signer::Signer(const Key& seed) {
  Initialise();
  crypto_sign_seed_keypair(public_key_.bytes_.data(), secret_.data(), seed.bytes().data());
}

Signer::~Signer() { sodium_memzero(secret_.data(), secret_.size()); }

double Signer::Chance(absl::string_view words) const {
  // Keyed BLAKE2b; the first half of the secret is the seed.
  uint64_t number = 0;
  crypto_generichash_blake2b_state state;
  std::array<uint8_t, 16> hash;
  constexpr absl::string_view kOwnContext("nmd.publication.v1.Chance\0", 26);
  crypto_generichash_blake2b_init(&state, secret_.data(), 32, hash.size());
  for (const absl::string_view part : {kOwnContext, words}) {
    crypto_generichash_blake2b_update(&state, reinterpret_cast<const uint8_t*>(part.data()), part.size());
  }
  crypto_generichash_blake2b_final(&state, hash.data(), hash.size());
  for (size_t k = 0; k < 8; ++k) number = number << 8 | hash[k];
  return static_cast<double>(number >> 11) * 0x1p-53;
}

v1::SignedStatement Signer::Sign(const v1::Statement& statement) const {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    statement.SerializeToCodedStream(&coded);
  }
  return SignBytes(std::move(bytes));
}

v1::SignedStatement Signer::SignBytes(std::string statement) const {
  const std::string text = Signed(statement);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<uint8_t*>(signature.data()), nullptr, Bytes(text), text.size(), secret_.data());
  v1::SignedStatement out;
  out.set_statement(std::move(statement));
  out.set_key_id(public_key_.Id());
  out.set_signature(std::move(signature));
  return out;
}

absl::Status Refused(absl::string_view cause, absl::string_view text) {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::STATEMENT_REFUSED, text, {{"cause", std::string(cause)}});
}

absl::StatusOr<v1::Statement> Verify(const v1::SignedStatement& statement, absl::Span<const PublicKey> keys) {
  Initialise();
  if (statement.signature().empty() || statement.key_id().empty()) return Refused("unsigned", "the statement is not signed");
  if (statement.statement().size() > kMostStatementBytes) {
    return Refused("too_large", absl::StrCat("the statement has more than ", kMostStatementBytes, " bytes"));
  }
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const PublicKey& k) { return k.Id() == statement.key_id(); });
  if (key == keys.end()) return Refused("key_unknown", "the statement is signed with a key that is not known here");
  const std::string text = Signed(statement.statement());
  if (statement.signature().size() != crypto_sign_BYTES ||
      crypto_sign_verify_detached(Bytes(statement.signature()), Bytes(text), text.size(), key->bytes_.data()) != 0) {
    return Refused("signature_wrong", "the signature is not of these bytes");
  }
  v1::Statement read;
  if (!FitsBounds(statement.statement()) || !read.ParseFromString(statement.statement())) {
    return Refused("unreadable", "the bytes are not a statement");
  }
  if (read.edition() < kOldestEdition) {
    return Refused("edition_old",
                   absl::StrCat("edition ", read.edition(), " is older than ", kOldestEdition, ", the oldest read"));
  }
  const bool known = read.edition() <= kEdition;
  if (read.municipality().empty() || read.id().empty() || read.sequence() <= 0 ||
      (known && read.content_case() == v1::Statement::CONTENT_NOT_SET)) {
    return Refused("unreadable", "the statement says nothing, or not who says it");
  }
  return read;
}

std::string StatementHash(const v1::SignedStatement& statement) { return Sha256Hex(statement.statement()); }

std::string StatementId(absl::string_view municipality, int64_t sequence) {
  return absl::StrFormat("%s/%06d", municipality, sequence);
}

}  // namespace nmd::publication
