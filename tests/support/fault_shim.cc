// SPDX-License-Identifier: EUPL-1.2
// A library that is loaded in front of the C library of a process under test (LD_PRELOAD), and makes its disk slow and its wall
// clock wrong, as the file in NMD_FAULTS says: two int64 in the machine's order, microseconds that every sync of a file takes
// longer, and seconds that the wall clock is off. They may be changed at any moment. Clocks that measure durations stay right,
// as they do when somebody sets the time; a futex that waits until a time of day, as Abseil's do, follows the changed clock.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

const volatile int64_t* Faults() {
  static const volatile int64_t* faults = [] {
    static constexpr int64_t kNone[2] = {0, 0};
    const char* path = std::getenv("NMD_FAULTS");
    const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return static_cast<const volatile int64_t*>(kNone);
    void* mapped = mmap(nullptr, sizeof kNone, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return mapped == MAP_FAILED ? kNone : static_cast<const volatile int64_t*>(mapped);
  }();
  return faults;
}

using Syscall = long (*)(long, ...);
Syscall RealSyscall() {
  static const auto real = reinterpret_cast<Syscall>(dlsym(RTLD_NEXT, "syscall"));
  return real;
}

int SlowSync(long number, int file) {
  const int64_t micros = Faults()[0];
  if (micros > 0) usleep(static_cast<useconds_t>(micros));
  return static_cast<int>(RealSyscall()(number, file));
}

// In slices, since the clock may be changed while it waits.
long WaitUntilTimeOfDay(long word, long operation, long value, const timespec& until, long mask) {
  constexpr int64_t kSlice = 20'000'000, kSecond = 1'000'000'000;
  for (;;) {
    timespec now;
    RealSyscall()(SYS_clock_gettime, CLOCK_REALTIME, &now);
    // An end that is years away would not fit in nanoseconds.
    const int64_t seconds = until.tv_sec - (now.tv_sec + Faults()[1]);
    const int64_t left = seconds > 3600 ? kSlice : seconds < -3600 ? -1 : seconds * kSecond + until.tv_nsec - now.tv_nsec;
    const int64_t ends = now.tv_nsec + (left < 0 ? 0 : left < kSlice ? left : kSlice);
    const timespec slice = {now.tv_sec + ends / kSecond, ends % kSecond};
    const long result = RealSyscall()(SYS_futex, word, operation, value, &slice, 0L, mask);
    if (result == 0 || errno != ETIMEDOUT || left <= kSlice) return result;
  }
}

}  // namespace

extern "C" {

long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long arguments[6];
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  const long operation = arguments[1];
  if (number == SYS_futex && (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && (operation & FUTEX_CLOCK_REALTIME) != 0 &&
      arguments[3] != 0) {
    return WaitUntilTimeOfDay(arguments[0], operation, arguments[2], *reinterpret_cast<const timespec*>(arguments[3]),
                              arguments[5]);
  }
  return RealSyscall()(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

int fsync(int file) { return SlowSync(SYS_fsync, file); }
int fdatasync(int file) { return SlowSync(SYS_fdatasync, file); }

int clock_gettime(clockid_t clock, struct timespec* now) noexcept {
  const int result = static_cast<int>(RealSyscall()(SYS_clock_gettime, clock, now));
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += Faults()[1];
  return result;
}
int gettimeofday(struct timeval* now, void* zone) noexcept {
  const int result = static_cast<int>(RealSyscall()(SYS_gettimeofday, now, zone));
  if (result == 0) now->tv_sec += Faults()[1];
  return result;
}
time_t time(time_t* out) noexcept {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
