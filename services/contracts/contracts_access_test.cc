// SPDX-License-Identifier: EUPL-1.2
// A provider sees nothing of another one: not by an answer, a count, an error or its text, through whichever method and filter.
// Two instances are asked the same: one in which the other provider has an account, a contract, signals, statements and
// responses, and one in which it does not exist. Everything the provider gets must be the same, byte for byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_split.h"
#include "google/api/annotations.pb.h"
#include "services/contracts/contracts_methods.h"
#include "services/contracts/test_scene.h"

namespace nmd::contracts {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using testing::kOther;
using testing::kProvider;

constexpr char kOtherItem[] = "0123456789abcdef0123";

// One of the two instances.
class World : public testing::Scene {
 public:
  explicit World(bool other_exists) {
    account_.Allocate(1);
    account_.Claim("c1", "2018-03-05", {{"r1", 1, "2018-01", 40}, {"r2", 1, "2018-02", 40}});
    account_.Answer("c1", "2018-03-10", 8000, 4000, {{"r2", "9321"}});
    Contract("jh-1", kProvider);
    declared_[kProvider] = 8'000;
    if (other_exists) {
      declared_[kOther] = 9'000;
      account_.Allocate(2).set_provider(kOther);
      account_.Claim("c7", "2018-03-06", {{"r7", 2, "2018-01", 40}}).set_provider(kOther);
      account_.Answer("c7", "2018-03-11", 4000, 4000).set_provider(kOther);
      Contract("jh-2", kOther);
    }
    Follow();
    router_ = std::make_unique<Router>("gm1730", clock_);
    Handle(*contracts_, *router_);
    manager_.subject = "j.jansen";
    if (other_exists) FillOther();
    EXPECT_TRUE(contracts_->Judge(absl::InfiniteFuture()).ok());
  }

  // What the other provider and the municipality did on its account.
  void FillOther() {
    Caller other = provider_;
    other.subject = absl::StrCat("agb:", kOther);
    v1::SubmitStatementRequest statement;
    statement.set_parent(absl::StrCat("municipalities/gm1730/accounts/", kOther));
    statement.set_law("jeugdwet");
    statement.set_start_date("2018-01-01");
    statement.set_end_date("2018-02-01");
    statement.set_request_id("r-other");
    ASSERT_TRUE(contracts_->SubmitStatement(other, statement).ok());
    v1::ListReconciliationItemsRequest list;
    list.set_parent(statement.parent());
    const auto items = contracts_->ListReconciliationItems(other, list);
    ASSERT_TRUE(items.ok() && items->items_size() > 0);
    other_item_ = items->items(0).name();
    v1::RespondToItemRequest response;
    response.set_name(other_item_);
    response.set_position(v1::ItemResponse::AGREED);
    response.set_request_id("r-other");
    ASSERT_TRUE(contracts_->RespondToItem(other, response).ok());
    ASSERT_TRUE(contracts_->RespondToItem(manager_, response).ok());
  }

  // Status and answer of a call, as text.
  std::string Ask(const MethodDescriptor& method, const Message& request, const Caller& caller) {
    const auto answer = router_->Call(absl::StrCat("/", method.service()->full_name(), "/", method.name()), caller,
                                      request.SerializeAsString());
    std::map<std::string, std::string> details;  // In an order of their own.
    answer.status().ForEachPayload(
        [&](absl::string_view type, const absl::Cord& payload) { details[std::string(type)] = std::string(payload); });
    std::string text =
        absl::StrCat(absl::StatusCodeToString(answer.status().code()), " ", std::string(answer.status().message()));
    for (const auto& [type, payload] : details) absl::StrAppend(&text, "\n", type, payload);
    return absl::StrCat(text, "\n", answer.value_or(""));
  }
  const Caller& provider() const { return provider_; }
  const Router& router() const { return *router_; }
  const std::string& other_item() const { return other_item_; }

 private:
  void TestBody() override {}
  void Contract(const std::string& id, const std::string& provider) {
    auto& contract = *account_.Deliver("2018-02-01").add_facts()->mutable_contract();
    contract.set_contract(id);
    contract.set_law(ingestion::v1::YOUTH);
    contract.set_provider(provider);
    contract.set_provider_name(absl::StrCat("Aanbieder ", provider));
    contract.set_start_day(testing::D("2018-01-01"));
    contract.set_ceiling_cents(10'000);
  }
  std::unique_ptr<Router> router_;
  std::string other_item_ = absl::StrCat("municipalities/gm1730/accounts/", kOther, "/items/", kOtherItem);
};

// Every service of the package.
std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  for (const char* file : {"contracts", "reconciliation", "provider", "proposals", "dossiers"}) {
    const auto* found =
        google::protobuf::DescriptorPool::generated_pool()->FindFileByName(absl::StrCat("nmd/contracts/v1/", file, ".proto"));
    for (int s = 0; s < found->service_count(); ++s) {
      for (int m = 0; m < found->service(s)->method_count(); ++m) methods.push_back(found->service(s)->method(m));
    }
  }
  return methods;
}

// The name or parent a method asks for, of the provider's account or, with `other`, of the other one's.
std::string NameFor(const MethodDescriptor& method, bool other, const std::string& item) {
  const auto& http = method.options().GetExtension(google::api::http);
  const std::string& path = http.get().empty() ? http.post() : http.get();
  const std::string pattern = path.substr(path.find('=') + 1, path.find('}') - path.find('=') - 1);
  std::vector<std::string> parts = absl::StrSplit(pattern, '/');
  parts[1] = "gm1730";
  for (size_t i = 3; i < parts.size(); i += 2) {
    const std::string& of = parts[i - 1];
    if (of == "accounts" || of == "dossiers") parts[i] = other ? kOther : kProvider;
    if (of == "items") parts[i] = item.substr(item.rfind('/') + 1);
    if (of == "statements" || of == "proposals") parts[i] = "1";
    if (of == "drafts") parts[i] = "jeugdwet-2018";
    if (of == "contracts") parts[i] = other ? "jh-2" : "jh-1";
    if (of == "signals") parts[i] = absl::StrCat("ceiling-70-", other ? kOther : kProvider, "-jeugdwet-2018-1");
    if (of == "productgroups") parts[i] = "jeugdwet-45";
  }
  return absl::StrJoin(parts, "/");
}

// A request that asks for something, about the account of the name.
std::unique_ptr<Message> BaseRequest(const MethodDescriptor& method, const std::string& name, int number) {
  std::unique_ptr<Message> request(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
  const auto* reflection = request->GetReflection();
  const std::map<std::string, std::string> texts = {{"parent", name},
                                                    {"name", name},
                                                    {"request_id", absl::StrCat("r-", number)},
                                                    {"law", "jeugdwet"},
                                                    {"start_date", "2018-01-01"},
                                                    {"end_date", "2018-02-01"},
                                                    {"note", "Besproken."},
                                                    {"etag", "x"}};
  for (int i = 0; i < method.input_type()->field_count(); ++i) {
    const FieldDescriptor* field = method.input_type()->field(i);
    if (field->is_repeated()) continue;
    const auto text = texts.find(field->name());
    if (text != texts.end() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      reflection->SetString(request.get(), field, text->second);
    }
    if (field->name() == "year") reflection->SetInt32(request.get(), field, 2018);
    if (field->name() == "position") reflection->SetEnumValue(request.get(), field, v1::ItemResponse::AGREED);
  }
  return request;
}

// The request with one field about the other provider, for every field and everything one may ask of it.
std::vector<std::unique_ptr<Message>> Variants(const Message& base, const std::string& other_item) {
  std::vector<std::unique_ptr<Message>> variants;
  const auto* type = base.GetDescriptor();
  const auto add = [&](const auto& change) {
    std::unique_ptr<Message> variant(base.New());
    variant->CopyFrom(base);
    change(variant.get(), variant->GetReflection());
    variants.push_back(std::move(variant));
  };
  add([](Message*, const auto*) {});
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->name() == "parent" || field->name() == "name") continue;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        for (const std::string& value :
             {std::string(kOther), std::string("agb:") + kOther, std::string("jh-2"), std::string("c7"), std::string("r-other"),
              other_item, other_item.substr(other_item.rfind('/') + 1)}) {
          add([&](Message* m, const auto* r) {
            if (field->is_repeated()) return r->AddString(m, field, value);
            r->SetString(m, field, value);
          });
        }
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        for (const int64_t value : {int64_t{1}, int64_t{2}, int64_t{1'528'632'000'000'000}}) {
          add([&](Message* m, const auto* r) { r->SetInt64(m, field, value); });
        }
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        for (const int32_t value : {1, 2, 2017, 2018}) {
          add([&](Message* m, const auto* r) { r->SetInt32(m, field, value); });
        }
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        add([&](Message* m, const auto* r) { r->SetBool(m, field, true); });
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        for (int v = 0; v < field->enum_type()->value_count(); ++v) {
          add([&](Message* m, const auto* r) {
            if (field->is_repeated()) return r->AddEnum(m, field, field->enum_type()->value(v));
            r->SetEnum(m, field, field->enum_type()->value(v));
          });
        }
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (field->message_type()->full_name() == "google.protobuf.Timestamp") {
          add([&](Message* m, const auto* r) {
            Message* time = r->MutableMessage(m, field);
            time->GetReflection()->SetInt64(time, time->GetDescriptor()->FindFieldByName("seconds"), 1'522'000'000);
          });
        } else if (field->message_type() == v1::StatementLine::descriptor()) {
          for (const int64_t allocation : {1, 2, 3}) {
            add([&](Message* m, const auto* r) {
              v1::StatementLine line;
              line.set_allocation(allocation);
              line.set_start_date("2018-01-01");
              line.set_end_date("2018-02-01");
              line.set_unit("04");
              line.set_volume_thousandths(1000);
              r->AddMessage(m, field)->CopyFrom(line);
            });
          }
        }
        break;
      default:
        break;
    }
  }
  return variants;
}

TEST(ProviderAccess, EveryMethodOfThePackageIsBoundAndLooked) {
  World world(true);
  std::set<std::string> bound;
  for (const auto& [path, method] : world.router().methods()) bound.insert(method.descriptor->full_name());
  for (const MethodDescriptor* method : Methods()) {
    EXPECT_EQ(bound.count(method->full_name()), 1u) << method->full_name();
    bound.erase(method->full_name());
  }
  EXPECT_THAT(bound, ::testing::IsEmpty()) << "a service in a file that this test does not read";
}

TEST(ProviderAccess, NothingOfAnotherProviderIsSeenThroughAnyMethodOrFilter) {
  World with(true), without(false);
  int asked = 0, own_answers = 0;
  for (const MethodDescriptor* method : Methods()) {
    for (const std::string& item : {with.other_item(), absl::StrCat("x/", kOtherItem)}) {
      for (const bool other : {false, true}) {
        const auto base = BaseRequest(*method, NameFor(*method, other, item), asked);
        for (const auto& request : Variants(*base, with.other_item())) {
          const std::string seen = with.Ask(*method, *request, with.provider());
          ASSERT_EQ(seen, without.Ask(*method, *request, without.provider())) << method->full_name() << "\n"
                                                                              << request->DebugString();
          ++asked;
          const bool denied = absl::StartsWith(seen, "PERMISSION_DENIED");
          if (other) {
            EXPECT_TRUE(denied || absl::StartsWith(seen, "INVALID_ARGUMENT")) << method->full_name() << "\n" << seen;
          }
          if (absl::StartsWith(seen, "OK")) ++own_answers;
          EXPECT_THAT(seen, ::testing::Not(::testing::HasSubstr("Aanbieder 07654321")));
        }
      }
    }
  }
  EXPECT_GT(asked, 400);
  EXPECT_GT(own_answers, 100) << "a test in which everything is refused says nothing";
}

// The same calls by somebody of the municipality tell the two apart: the test above can fail.
TEST(ProviderAccess, TheMunicipalitySeesTheOtherProvider) {
  World with(true), without(false);
  int differ = 0;
  Caller manager = with.provider();
  manager.subject = "j.jansen";
  manager.roles = {type::CONTRACT_MANAGER};
  for (const MethodDescriptor* method : Methods()) {
    const auto request = BaseRequest(*method, NameFor(*method, true, with.other_item()), 1);
    if (with.Ask(*method, *request, manager) != without.Ask(*method, *request, manager)) ++differ;
  }
  EXPECT_GE(differ, 8);
}

}  // namespace
}  // namespace nmd::contracts
