//! One target under libFuzzer, named by the environment: `cargo xtask fuzz` builds and starts this.

#![no_main]

use std::sync::LazyLock;

static TARGET: LazyLock<&fuzz::Target> = LazyLock::new(|| {
    let name = std::env::var("HELIOGRAPH_FUZZ_TARGET").expect("HELIOGRAPH_FUZZ_TARGET names a target");
    fuzz::find(&name).expect("HELIOGRAPH_FUZZ_TARGET names one of the targets")
});

// Real clients register and link first: that is no input's time.
libfuzzer_sys::fuzz_target!(init: TARGET.check(&[]), |input: &[u8]| TARGET.check(input));
