//! The program killed with no warning while the account goes on.

use crate::{process::kill::loses_nothing_when_killed, support::served_emulator::ServedEmulator};

#[test]
fn a_kill_between_two_writes_loses_nothing_and_does_nothing_twice() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    loses_nothing_when_killed(|| {
        // What was on its way when the last one was killed arrives first, or never.
        emulator.settle();
        emulator.program(folder.path()).start()
    });
}
