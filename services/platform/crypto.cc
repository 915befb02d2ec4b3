// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/crypto.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <zstd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"

namespace nmd {
namespace {

void Initialise() {
  static const int ready = sodium_init();
  if (ready < 0) std::abort();  // No randomness from the operating system: nothing here can be trusted.
}

const uint8_t* Bytes(absl::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }
uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

absl::Status Damaged(absl::string_view text) { return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, text); }

}  // namespace

absl::StatusOr<Key> Key::FromFile(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  file >> text;
  const bool hex = text.size() == 64 && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
  if (!file || !hex) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::INTERNAL_FAULT,
                absl::StrCat(path, " must hold a key of 64 hexadecimal digits, as `openssl rand -hex 32` prints"));
  }
  std::string raw = absl::HexStringToBytes(text);
  std::array<uint8_t, 32> bytes;
  std::copy(raw.begin(), raw.end(), bytes.begin());
  sodium_memzero(raw.data(), raw.size());
  sodium_memzero(text.data(), text.size());
  return Key(bytes);
}

Key Key::Random() {
  Initialise();
  std::array<uint8_t, 32> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return Key(bytes);
}

Key::~Key() { sodium_memzero(bytes_.data(), bytes_.size()); }

std::string Key::Mac(absl::string_view text) const {
  Initialise();
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(Bytes(mac), Bytes(text), text.size(), bytes_.data());
  return mac;
}

std::string Key::MacHex(absl::string_view text, size_t digits) const {
  return absl::BytesToHexString(Mac(text)).substr(0, digits);
}

Key Key::Derive(absl::string_view purpose) const {
  const std::string mac = Mac(absl::StrCat("nmd/derive/", purpose));
  std::array<uint8_t, 32> bytes;
  std::copy(mac.begin(), mac.end(), bytes.begin());
  return Key(bytes);
}

std::string Key::Seal(absl::string_view plain) const {
  Initialise();
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(sealed) + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(), Bytes(sealed), bytes_.data());
  return sealed;
}

absl::StatusOr<std::string> Key::Open(absl::string_view sealed) const {
  Initialise();
  constexpr size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kOverhead) return Damaged("sealed bytes are too short");
  std::string plain(sealed.size() - kOverhead, '\0');
  if (crypto_secretbox_open_easy(Bytes(plain), Bytes(sealed) + crypto_secretbox_NONCEBYTES,
                                 sealed.size() - crypto_secretbox_NONCEBYTES, Bytes(sealed), bytes_.data()) != 0) {
    return Damaged("bytes were not sealed with this key, or were changed");
  }
  return plain;
}

std::string Sha256Hex(absl::string_view bytes) {
  // OpenSSL's uses the instructions of the processor: five times as fast as libsodium's.
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), Bytes(hash), nullptr, sha256, nullptr) != 1) std::abort();  // Only out of memory.
  return absl::BytesToHexString(hash);
}

std::string RandomHex(size_t digits) {
  Initialise();
  std::string raw((digits + 1) / 2, '\0');
  randombytes_buf(raw.data(), raw.size());
  return absl::BytesToHexString(raw).substr(0, digits);
}

std::string Compress(absl::string_view bytes, int level) {
  // Kept per thread: making its tables costs more than compressing a small message.
  static thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  const size_t bound = ZSTD_compressBound(bytes.size());
  // Not filled with zeros first: of a large file that would be as much memory as the file.
  const std::unique_ptr<char[]> frame(new char[bound]);
  const size_t size = ZSTD_compressCCtx(context.get(), frame.get(), bound, bytes.data(), bytes.size(), level);
  if (ZSTD_isError(size)) std::abort();  // Cannot happen: the bound is the library's own.
  return std::string(frame.get(), size);
}

absl::StatusOr<std::string> Decompress(absl::string_view frame, size_t limit) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) return Damaged("not a compressed frame");
  if (size > limit) return Damaged(absl::StrCat("the frame holds more than ", limit, " bytes"));
  std::string bytes(size, '\0');
  const size_t got = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) || got != size) return Damaged("the compressed frame is damaged");
  return bytes;
}

}  // namespace nmd
