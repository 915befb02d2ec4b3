// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/crypto.h"

#include <fstream>

#include <gtest/gtest.h>

#include "services/platform/errors.h"

namespace nmd {
namespace {

Key FixedKey(uint8_t fill) {
  std::array<uint8_t, 32> bytes;
  bytes.fill(fill);
  return Key::FromBytes(bytes);
}

TEST(Crypto, HashesAsPublished) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(FixedKey(0x0b).MacHex("Hi There", 64).size(), 64u);
}

TEST(Crypto, OpensOnlyWhatWasSealedWithTheKey) {
  const Key key = FixedKey(1);
  std::string sealed = key.Seal("999900006");
  EXPECT_EQ(sealed.find("999900006"), std::string::npos);
  EXPECT_NE(sealed, key.Seal("999900006")) << "a nonce is never used twice";
  EXPECT_EQ(*key.Open(sealed), "999900006");
  EXPECT_EQ(ReasonOf(FixedKey(2).Open(sealed).status()), ErrorReason::STORE_DAMAGED);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(key.Open(changed).ok()) << i;
  }
  EXPECT_FALSE(key.Open("short").ok());
}

TEST(Crypto, DerivedKeysDiffer) {
  const Key key = FixedKey(1);
  EXPECT_EQ(key.Derive("raw").bytes(), key.Derive("raw").bytes());
  EXPECT_NE(key.Derive("raw").bytes(), key.Derive("persons").bytes());
  EXPECT_NE(key.Derive("raw").bytes(), key.bytes());
}

TEST(Crypto, KeyFilesAreChecked) {
  const std::string path = ::testing::TempDir() + "/crypto_test.key";
  std::ofstream(path) << std::string(64, 'a') << "\n";
  EXPECT_TRUE(Key::FromFile(path).ok());
  std::ofstream(path) << std::string(63, 'a') << "\n";
  EXPECT_FALSE(Key::FromFile(path).ok());
  EXPECT_FALSE(Key::FromFile(path + ".absent").ok());
}

TEST(Crypto, DecompressionIsBounded) {
  const std::string bytes(100'000, 'x');
  const std::string frame = Compress(bytes);
  EXPECT_LT(frame.size(), 1000u);
  EXPECT_EQ(*Decompress(frame, 100'000), bytes);
  EXPECT_FALSE(Decompress(frame, 99'999).ok());
  EXPECT_FALSE(Decompress("no frame", 1000).ok());
  EXPECT_FALSE(Decompress(frame.substr(0, frame.size() - 3), 100'000).ok());
}

}  // namespace
}  // namespace nmd
