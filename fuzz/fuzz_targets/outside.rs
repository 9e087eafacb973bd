//! Requests of strangers, with whatever headers.
#![no_main]

// A panic that the server catches is the server's to answer for: only one that nobody catches ends the run.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |data: &[u8]| fuzz::outside::holds(data));
