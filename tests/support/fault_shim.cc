// SPDX-License-Identifier: EUPL-1.2
// A library that is loaded in front of the C library of a process under test (LD_PRELOAD), and makes its disk slow and its wall
// clock wrong, as the file in NMD_FAULTS says: two int64 in the machine's order, microseconds that every sync of a file takes
// longer, and seconds that the wall clock is off. They may be changed at any moment. Clocks that measure durations stay right,
// as they do when somebody sets the time.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

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

int SlowSync(long number, int file) {
  const int64_t micros = Faults()[0];
  if (micros > 0) usleep(static_cast<useconds_t>(micros));
  return static_cast<int>(syscall(number, file));
}

}  // namespace

extern "C" {

int fsync(int file) { return SlowSync(SYS_fsync, file); }
int fdatasync(int file) { return SlowSync(SYS_fdatasync, file); }

int clock_gettime(clockid_t clock, struct timespec* now) noexcept {
  const int result = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += Faults()[1];
  return result;
}
int gettimeofday(struct timeval* now, void* zone) noexcept {
  const int result = static_cast<int>(syscall(SYS_gettimeofday, now, zone));
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
