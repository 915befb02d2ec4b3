// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_CRYPTO_H_
#define NMD_SERVICES_PLATFORM_CRYPTO_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// The few cryptographic operations this system needs, on libsodium and (SHA-256) OpenSSL. Thread-safe.
namespace nmd {

// A 32-byte key. Printed nowhere; wiped when destroyed.
class Key {
 public:
  // Reads 64 hexadecimal digits from a file. Errors: FAILED_PRECONDITION naming the file.
  static absl::StatusOr<Key> FromFile(const std::string& path);
  static Key FromBytes(const std::array<uint8_t, 32>& bytes) { return Key(bytes); }
  static Key Random();
  ~Key();
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;

  // A key for one purpose, that says nothing about this one (HMAC of the purpose).
  Key Derive(absl::string_view purpose) const;

  // HMAC-SHA-256 of the text: 32 bytes.
  std::string Mac(absl::string_view text) const;
  // The first `digits` hexadecimal digits of Mac(text); at most 64.
  std::string MacHex(absl::string_view text, size_t digits) const;

  // Encrypts and authenticates (XSalsa20-Poly1305, random nonce in front). 40 bytes longer than the text.
  std::string Seal(absl::string_view plain) const;
  // DATA_LOSS STORE_DAMAGED when the bytes were not sealed with this key.
  absl::StatusOr<std::string> Open(absl::string_view sealed) const;

  const std::array<uint8_t, 32>& bytes() const { return bytes_; }

 private:
  explicit Key(const std::array<uint8_t, 32>& bytes) : bytes_(bytes) {}
  std::array<uint8_t, 32> bytes_;
};

// 64 hexadecimal digits.
std::string Sha256Hex(absl::string_view bytes);
// Random hexadecimal digits from the operating system.
std::string RandomHex(size_t digits);

// Zstandard. Level 3 fits text; a negative level costs little for bytes that are compressed already.
std::string Compress(absl::string_view bytes, int level = 3);
// DATA_LOSS when the bytes are not a frame, or hold more than limit bytes: checked before anything is allocated.
absl::StatusOr<std::string> Decompress(absl::string_view frame, size_t limit);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_CRYPTO_H_
