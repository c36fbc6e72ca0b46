#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    missing_docs
)]

mod support;

use std::thread;
use std::time::Duration;

use es_faults::{Call, Crash, Fault};
use support::{World, count, insert};

#[test]
fn a_commit_waits_at_a_closed_gate_and_nobody_sees_it_before() {
    let world = World::new("gate");
    let writer = world.open_durable();
    let reader = world.open_durable();
    let gate = world.disk.hold(Call::Sync, "-wal");
    let commit = thread::spawn(move || insert(&writer, 1));
    assert!(gate.reached_within(Duration::from_secs(10)));
    assert_eq!(count(&reader), 0);
    assert!(world.disk.unsynced() > 0);
    gate.release();
    commit.join().unwrap().unwrap();
    assert_eq!(count(&reader), 1);
}

#[test]
fn a_crash_can_fall_between_the_write_and_its_flush() {
    let world = World::new("gate-crash");
    let writer = world.open_durable();
    insert(&writer, 1).unwrap();
    let gate = world.disk.hold(Call::Sync, "-wal");
    let commit = thread::spawn(move || insert(&writer, 2));
    assert!(gate.reached_within(Duration::from_secs(10)));
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    drop(gate);
    assert!(commit.join().unwrap().is_err(), "the process died before its commit was answered");
    assert_eq!(count(&world.open_durable()), 1);
}

#[test]
fn a_call_can_be_held_before_it_fails() {
    let world = World::new("gate-fault");
    let writer = world.open_durable();
    let reader = world.open_durable();
    let gate = world.disk.fail_held(Fault::on(Call::Write).file("-wal").nth(2));
    let commit = thread::spawn(move || (insert(&writer, 1), insert(&writer, 2)));
    assert!(gate.reached_within(Duration::from_secs(10)));
    assert_eq!(count(&reader), 0, "others reach the disk meanwhile");
    gate.release();
    let (first, second) = commit.join().unwrap();
    assert!(first.is_err() && second.is_ok(), "only the call that was held fails");
    assert_eq!(count(&reader), 1);
}
