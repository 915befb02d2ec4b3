// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_COMMAND_TEST_H_
#define NMD_GATEWAY_CLI_COMMAND_TEST_H_

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gateway/cli/fake_monitor.h"
#include "gateway/cli/nmdctl.h"
#include "services/platform/clock.h"

namespace nmd::cli::testing {

// nmdctl from command line to request and from answer to screen, against a monitor of the test.
class CommandTest : public ::testing::Test {
 protected:
  // `blank`: stands for a space within a word of a command, 0 for no such letter.
  explicit CommandTest(char blank = 0, absl::Time now = absl::FromUnixSeconds(1'522'533'600)) : clock_(now), blank_(blank) {}

  // The words of a command, parted by spaces, after --url and --municipality; `typed` is what a person types.
  int Run(const std::string& command, const std::string& typed = "") {
    std::vector<std::string> words;
    for (const absl::string_view piece : absl::StrSplit(command, ' ', absl::SkipEmpty())) {
      words.emplace_back(piece);
      if (blank_ != 0) std::replace(words.back().begin(), words.back().end(), blank_, ' ');
    }
    return RunWords(words, typed);
  }
  int RunWords(const std::vector<std::string>& words, const std::string& typed = "") {
    out_.str("");
    err_.str("");
    std::istringstream in(typed);
    std::vector<std::string> arguments = {"--url", monitor_.url(), "--municipality", "gm1730"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return RunNmdctl(std::move(arguments),
                     {out_, err_, terminal_, clock_, [this](absl::Duration step) { clock_.Advance(step); },
                      [] { return false; }, typed.empty() ? nullptr : &in});
  }
  // The body that was sent last.
  template <typename Request>
  Request Asked() const {
    Request request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &request).ok());
    return request;
  }

  bool terminal_ = false;
  FakeClock clock_;
  FakeMonitor monitor_;
  std::ostringstream out_, err_;

 private:
  const char blank_;
};

}  // namespace nmd::cli::testing

#endif  // NMD_GATEWAY_CLI_COMMAND_TEST_H_
