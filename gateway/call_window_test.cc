// SPDX-License-Identifier: EUPL-1.2
#include "gateway/call_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

namespace nmd::gateway {
namespace {

TEST(CallWindow, HasNoBoundUntilSomethingIsRefused) {
  CallWindow window;
  CallWindow::Round round = 0;
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(window.Enter(&round));
  EXPECT_FALSE(window.Full());
}

TEST(CallWindow, ARefusalHalvesItOnceForAllThatWereOnTheirWay) {
  CallWindow window;
  std::vector<CallWindow::Round> rounds(40);
  for (auto& round : rounds) ASSERT_TRUE(window.Enter(&round));
  for (int i = 0; i < 20; ++i) window.Leave(rounds[static_cast<size_t>(i)], true);
  EXPECT_EQ(window.size(), 20);
  CallWindow::Round round = 0;
  EXPECT_TRUE(window.Full()) << "twenty run still";
  EXPECT_FALSE(window.Enter(&round));
  for (int i = 20; i < 40; ++i) window.Leave(rounds[static_cast<size_t>(i)], false);
  EXPECT_FALSE(window.Full());
}

TEST(CallWindow, WhatIsAlwaysRefusedMayStillBeTried) {
  CallWindow window;
  for (int i = 0; i < 100; ++i) {
    CallWindow::Round round = 0;
    ASSERT_TRUE(window.Enter(&round)) << i;
    window.Leave(round, true);
  }
  EXPECT_EQ(window.size(), 2);
}

TEST(CallWindow, GrowsOnlyWhileItIsFull) {
  CallWindow window;
  CallWindow::Round round = 0;
  ASSERT_TRUE(window.Enter(&round));
  window.Leave(round, true);
  ASSERT_EQ(window.size(), 2);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(window.Enter(&round));
    window.Leave(round, false);
  }
  EXPECT_EQ(window.size(), 2) << "one at a time proves nothing";
  for (int i = 0; i < 5; ++i) {
    CallWindow::Round other = 0;
    ASSERT_TRUE(window.Enter(&round) && window.Enter(&other));
    window.Leave(round, false);
    window.Leave(other, false);
  }
  EXPECT_GE(window.size(), 3);
}

// A service with room for ten that is asked by 64 who come back at once: it is kept busy, and hardly anything is refused by it.
TEST(CallWindow, FindsTheRoomThatAServiceHas) {
  std::mt19937 random(1);
  CallWindow window;
  constexpr int kRoom = 10, kAskers = 64, kSteps = 20'000;
  struct Call {
    CallWindow::Round round;
    bool fits;
  };
  std::deque<Call> running;
  int served = 0, refused_by_service = 0, refused_at_door = 0, idle = 0;
  for (int step = 0; step < kSteps; ++step) {
    for (int asker = static_cast<int>(running.size()); asker < kAskers; ++asker) {
      Call call{};
      if (!window.Enter(&call.round)) {
        ++refused_at_door;
        continue;
      }
      call.fits = std::count_if(running.begin(), running.end(), [](const Call& one) { return one.fits; }) < kRoom;
      running.push_back(call);
    }
    // What does not fit is told at once, and two of what fits end in a step.
    for (auto it = running.begin(); it != running.end();) {
      if (it->fits) {
        ++it;
        continue;
      }
      window.Leave(it->round, true);
      ++refused_by_service;
      it = running.erase(it);
    }
    for (int ending = 0; ending < 2; ++ending) {
      if (running.empty()) {
        ++idle;
        continue;
      }
      const size_t at = random() % running.size();
      window.Leave(running[at].round, false);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(at));
      ++served;
    }
  }
  EXPECT_EQ(idle, 0);
  EXPECT_EQ(served, 2 * kSteps);
  EXPECT_LT(refused_by_service, served / 20);
  EXPECT_GT(refused_at_door, 100 * refused_by_service);
}

}  // namespace
}  // namespace nmd::gateway
