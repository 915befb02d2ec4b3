// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/statement.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/platform/errors.h"

namespace nmd::publication {
namespace {

Key SeedOf(uint8_t filler) {
  std::array<uint8_t, 32> seed;
  seed.fill(filler);
  return Key::FromBytes(seed);
}

std::string CauseOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::STATEMENT_REFUSED) << status;
  return MetadataOf(status, "cause");
}

// A publication that uses every field of edition 1.
v1::Statement Example() {
  v1::Statement statement;
  statement.set_edition(1);
  statement.set_municipality("gm1730");
  statement.set_id(StatementId("gm1730", 42));
  statement.set_sequence(42);
  statement.mutable_made_time()->set_seconds(1'522'500'000);
  v1::Publication* publication = statement.mutable_publication();
  publication->set_publication("gm1730-2018-0007");
  publication->set_agreement("municipalities/gm1730/agreements/regio-jeugdhulp");
  publication->set_agreement_version(2);
  publication->set_table("clienten-wijk");
  publication->set_title("Cliënten per wijk");
  publication->mutable_period()->set_start_date("2018-01-01");
  publication->mutable_period()->set_end_date("2018-02-01");
  publication->mutable_known_time()->set_seconds(1'522'400'000);
  publication->set_audience("regio");
  v1::PublishedDimension* wijk = publication->add_dimensions();
  wijk->set_dimension("wijk");
  wijk->set_title("Wijk");
  for (const char* code : {"totaal", "WK173001", "WK173002"}) {
    wijk->add_codes()->set_value(code);
    wijk->mutable_codes(wijk->codes_size() - 1)->set_label(absl::StrCat("Wijk ", code));
  }
  v1::PublishedMeasure* clients = publication->add_measures();
  clients->set_measure("clients");
  clients->set_title("Cliënten");
  clients->set_unit("count");
  clients->set_definition("clients/1");
  v1::PublishedCell* total = publication->add_cells();
  total->add_codes(0);
  total->set_state(v1::PublishedCell::SHOWN);
  total->add_values()->set_count(31);
  total->mutable_reliability()->set_source_quality(0.99);
  total->mutable_reliability()->set_link_quality(0.98);
  for (const int code : {1, 2}) {
    v1::PublishedCell* cell = publication->add_cells();
    cell->add_codes(code);
    cell->set_state(v1::PublishedCell::HIDDEN);
  }
  publication->set_replaces("gm1730-2018-0003");
  publication->set_proof("Bewezen.");
  publication->set_minimum_clients(10);
  return statement;
}

class StatementTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Statement> Read(const v1::SignedStatement& statement) { return Verify(statement, keys_); }

  const Signer signer_{SeedOf(7)};
  const std::vector<PublicKey> keys_ = {Signer(SeedOf(8)).public_key(), signer_.public_key()};
};

TEST_F(StatementTest, IsReadBackAsItWasSaid) {
  const v1::SignedStatement signed_statement = signer_.Sign(Example());
  const auto read = Read(signed_statement);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), Example().SerializeAsString());
  EXPECT_EQ(signed_statement.signature().size(), 64u);
  EXPECT_EQ(StatementHash(signed_statement), Sha256Hex(signed_statement.statement()));
}

// RFC 8032 section 7.1, test 1: the key of a seed is the one everybody else computes.
TEST_F(StatementTest, KeysAreThoseOfRfc8032) {
  const std::string seed = absl::HexStringToBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  std::array<uint8_t, 32> bytes;
  std::copy(seed.begin(), seed.end(), bytes.begin());
  const Signer signer(Key::FromBytes(bytes));
  EXPECT_EQ(signer.public_key().Hex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(signer.public_key().Id(), Sha256Hex(absl::HexStringToBytes(signer.public_key().Hex())).substr(0, 16));
  EXPECT_FALSE(PublicKey::FromHex("d75a98").ok());
  EXPECT_FALSE(PublicKey::FromHex(std::string(64, 'x')).ok());
  const auto again = PublicKey::FromHex(signer.public_key().Hex());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->Id(), signer.public_key().Id());
}

// The released wire format: what edition 1 wrote must be read, and written, for ever.
TEST_F(StatementTest, EditionOneIsAsItWasReleased) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  std::ifstream file(absl::StrCat(source == nullptr ? "." : source, "/tests/golden/statement_edition_1.hex"));
  std::string hex((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  absl::StripAsciiWhitespace(&hex);
  const std::string written = signer_.Sign(Example()).SerializeAsString();
  EXPECT_EQ(hex, absl::BytesToHexString(written));
  v1::SignedStatement golden;
  ASSERT_TRUE(golden.ParseFromString(absl::HexStringToBytes(hex)));
  const auto read = Read(golden);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->publication().cells(0).values(0).count(), 31);
  EXPECT_EQ(read->publication().cells(1).state(), v1::PublishedCell::HIDDEN);
}

// Members of release n and n+1: what a later edition adds is passed over and kept; the signature still holds.
TEST_F(StatementTest, ANewerEditionIsReadAsFarAsItIsKnown) {
  v1::Statement newer = Example();
  newer.set_edition(2);
  newer.GetReflection()->MutableUnknownFields(&newer)->AddLengthDelimited(99, "something new");
  auto* publication = newer.mutable_publication();
  publication->GetReflection()->MutableUnknownFields(publication)->AddVarint(98, 5);
  auto read = Read(signer_.Sign(newer));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->publication().table(), "clienten-wijk");
  EXPECT_EQ(read->GetReflection()->GetUnknownFields(*read).field_count(), 1);

  newer.clear_content();
  read = Read(signer_.Sign(newer));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->content_case(), v1::Statement::CONTENT_NOT_SET);
}

TEST_F(StatementTest, RefusesWhatIsNotSignedAsItStands) {
  const v1::SignedStatement good = signer_.Sign(Example());
  v1::SignedStatement bad = good;
  bad.clear_signature();
  EXPECT_EQ(CauseOf(Read(bad).status()), "unsigned");
  bad = good;
  bad.clear_key_id();
  EXPECT_EQ(CauseOf(Read(bad).status()), "unsigned");
  EXPECT_EQ(CauseOf(Read(Signer(SeedOf(9)).Sign(Example())).status()), "key_unknown");
  bad = good;  // Says it is of another key that is known.
  bad.set_key_id(keys_[0].Id());
  EXPECT_EQ(CauseOf(Read(bad).status()), "signature_wrong");
  bad = good;
  bad.mutable_signature()->resize(63);
  EXPECT_EQ(CauseOf(Read(bad).status()), "signature_wrong");
}

// Every single changed bit of statement or signature is seen.
TEST_F(StatementTest, RefusesEveryChangedBit) {
  const v1::SignedStatement good = signer_.Sign(Example());
  for (size_t bit = 0; bit < 8 * good.statement().size(); ++bit) {
    v1::SignedStatement bad = good;
    (*bad.mutable_statement())[bit / 8] = static_cast<char>((*bad.mutable_statement())[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_EQ(CauseOf(Read(bad).status()), "signature_wrong") << bit;
  }
  for (size_t bit = 0; bit < 8 * good.signature().size(); ++bit) {
    v1::SignedStatement bad = good;
    (*bad.mutable_signature())[bit / 8] = static_cast<char>((*bad.mutable_signature())[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_EQ(CauseOf(Read(bad).status()), "signature_wrong") << bit;
  }
}

TEST_F(StatementTest, RefusesWhatIsTooOldOrSaysNothing) {
  v1::Statement statement = Example();
  statement.set_edition(0);
  EXPECT_EQ(CauseOf(Read(signer_.Sign(statement)).status()), "edition_old");
  statement = Example();
  statement.clear_content();
  EXPECT_EQ(CauseOf(Read(signer_.Sign(statement)).status()), "unreadable");
  statement = Example();
  statement.clear_municipality();
  EXPECT_EQ(CauseOf(Read(signer_.Sign(statement)).status()), "unreadable");
  statement = Example();
  statement.set_sequence(0);
  EXPECT_EQ(CauseOf(Read(signer_.Sign(statement)).status()), "unreadable");
}

// Of who may sign: a key holder who wants the memory of others.
TEST_F(StatementTest, RefusesTooMuchBeforeItIsRead) {
  v1::Statement large = Example();
  large.mutable_publication()->set_title(std::string(kMostStatementBytes, 'x'));
  EXPECT_EQ(CauseOf(Read(signer_.Sign(large)).status()), "too_large");
  v1::Statement many = Example();
  for (int64_t i = 0; i < kMostStatementParts; ++i) many.mutable_publication()->add_cells();
  ASSERT_LT(many.ByteSizeLong(), kMostStatementBytes);
  EXPECT_EQ(CauseOf(Read(signer_.Sign(many)).status()), "unreadable");
}

// Bytes that are signed but are no statement: cut off, or noise.
TEST_F(StatementTest, SurvivesSignedNoise) {
  std::mt19937 random(20180131);
  const std::string good = Example().SerializeAsString();
  int read_well = 0, refused = 0;
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes = good;
    if (i % 2 == 0) bytes.resize(random() % bytes.size());
    for (int k = 0; k < 3 && !bytes.empty(); ++k) bytes[random() % bytes.size()] = static_cast<char>(random() & 0x7f);
    const auto read = Read(signer_.SignBytes(std::move(bytes)));
    read.ok() ? ++read_well : ++refused;
    EXPECT_TRUE(read.ok() || ReasonOf(read.status()) == ErrorReason::STATEMENT_REFUSED) << read.status();
  }
  // Both happen: a changed letter of a title is still a statement.
  EXPECT_GT(read_well, 100);
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace nmd::publication
