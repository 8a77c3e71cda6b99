//! The clock of the same machine: `clock` in the folder of a test's orders says by how many milliseconds the time of day is off. What only
//! counts from the machine's start goes on as it does.

use super::{next, told};
use libc::{c_int, clockid_t, timespec};
use std::sync::LazyLock;

type GetTime = unsafe extern "C" fn(clockid_t, *mut timespec) -> c_int;

static GET_TIME: LazyLock<GetTime> = LazyLock::new(|| next(c"clock_gettime"));

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
#[expect(unreachable_pub, reason = "C finds it by its name")]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    // SAFETY: what the caller promised.
    let result = unsafe { GET_TIME(clock, time) };
    if result == 0
        && clock == libc::CLOCK_REALTIME
        && let Some(off_by_ms) = told("clock")
    {
        // SAFETY: the call above has just written there.
        let time = unsafe { &mut *time };
        let ms = time.tv_sec * 1_000 + off_by_ms;
        time.tv_sec = ms.div_euclid(1_000);
        time.tv_nsec += ms.rem_euclid(1_000) * 1_000_000;
        if time.tv_nsec >= 1_000_000_000 {
            time.tv_nsec -= 1_000_000_000;
            time.tv_sec += 1;
        }
    }
    result
}
