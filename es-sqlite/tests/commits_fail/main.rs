//! Every call that a commit makes to the file system fails once, in every way, and every caller's
//! answer is true: stored is there and refused is not, after a restart and after a power cut.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod group;
mod lie;
mod repair;
#[path = "../support/mod.rs"]
mod support;
mod world;

use es_core::store::{AppendError, BatchFate, Committed};
use es_faults::{Call, Crash, Fault, IoError};

use group::Told;
use repair::By;
use world::{Afterwards, World};

/// A power cut at which all that was written reaches the disk.
const EVERYTHING: Crash = Crash::KeepFirst { changes: usize::MAX, torn_bytes: 0 };

/// Plays the group with the first matching call failing, then the second, until none fails.
/// Gives the number of calls that were struck.
fn strike_each(name: &str, fault: impl Fn() -> Fault, afterwards: &[Afterwards]) -> u64 {
    for nth in 1.. {
        let mut is_through = true;
        for (number, afterwards) in afterwards.iter().enumerate() {
            let name = format!("{name}-{nth}-{number}");
            let mut worlds = vec![World::new(&name)];
            if matches!(afterwards, Afterwards::PowerCut(_)) {
                worlds.push(World::with_reader(&format!("{name}-read")));
            }
            for world in worlds {
                is_through &= world.play(&[fault().nth(nth)], *afterwards) == 0;
            }
        }
        if is_through {
            return nth - 1;
        }
    }
    unreachable!("some run gets through")
}

#[test]
fn every_call_fails_and_a_restart_tells_who_was_right() {
    let struck = strike_each("any", Fault::anywhere, &[Afterwards::Restart]);
    assert!(struck > 20, "a commit makes more calls than {struck}");
}

#[test]
fn every_call_fails_and_a_power_cut_tells_who_was_right() {
    let ends = [Crash::LoseUnsynced, EVERYTHING, Crash::Scramble { seed: 7 }];
    strike_each("cut", Fault::anywhere, &ends.map(Afterwards::PowerCut));
}

#[test]
fn every_write_fails_in_every_way() {
    let calls = [
        strike_each("write-full", || write().error(IoError::Full), &[Afterwards::Restart]),
        strike_each("write-torn", || write().after_writing(100), &[Afterwards::Restart]),
        strike_each("write-denied", || write().error(IoError::Permission), &[Afterwards::Restart]),
    ];
    assert!(calls.iter().all(|struck| *struck > 5), "{calls:?}");
}

fn write() -> Fault {
    Fault::on(Call::Write)
}

#[test]
fn every_look_at_the_shared_index_fails_in_every_way() {
    let errors = [IoError::ShmMap, IoError::ShmLock, IoError::Busy, IoError::NoMemory];
    for error in errors {
        let fault = || Fault::on(Call::Shm).error(error);
        let struck = strike_each(&format!("shm-{error:?}"), fault, &[Afterwards::Restart]);
        assert!(struck > 2, "{error:?}: {struck}");
    }
}

/// A flush that fails once is looked up; while that fails too, nothing is certain.
#[test]
fn a_flush_fails_and_so_does_every_look_at_what_became_of_it() {
    let looks = [Call::Open, Call::Read, Call::Write, Call::Truncate, Call::Lock, Call::Shm];
    for call in looks {
        for nth in 1.. {
            let name = format!("look-{call:?}-{nth}");
            let once = World::new(&name);
            let flush = || Fault::on(Call::Sync).file("-wal").error(IoError::Fsync);
            let struck = once.play(&[flush(), Fault::on(call).nth(nth)], Afterwards::Restart);
            let ever = World::new(&format!("{name}-ever"));
            let faults = [flush(), Fault::on(call).nth(nth).forever()];
            ever.play(&faults, Afterwards::Restart);
            if struck < 2 {
                break;
            }
        }
    }
}

/// What was to be flushed and could not be must not reach the database before the rest does.
#[test]
fn a_flush_fails_and_the_power_is_cut_during_the_look_at_what_became_of_it() {
    for seed in 0..40 {
        let flush = Fault::on(Call::Sync).file("-wal").error(IoError::Fsync);
        let cut = Crash::Scramble { seed };
        let alone = World::new(&format!("look-cut-{seed}"));
        let read = World::with_reader(&format!("look-cut-{seed}-read"));
        for world in [alone, read] {
            let flush = flush.clone();
            world.cut_before_the_flush(cut).play(&[flush], Afterwards::PowerCut(cut));
        }
    }
}

#[test]
fn every_call_fails_for_good_until_the_disk_is_healed() {
    for call in [Call::Read, Call::Write, Call::Sync, Call::Truncate, Call::Lock, Call::Shm] {
        let fault = || Fault::on(call).forever();
        strike_each(&format!("ever-{call:?}"), fault, &[Afterwards::Restart]);
    }
}

#[test]
fn a_flush_fails_for_good_and_nobody_has_read_what_a_power_cut_takes() {
    let ends = [Crash::LoseUnsynced, EVERYTHING, Crash::Scramble { seed: 3 }];
    let fault = || Fault::on(Call::Sync).error(IoError::Fsync).forever();
    strike_each("ever-cut", fault, &ends.map(Afterwards::PowerCut));
}

/// What makes up for a failed flush meets the fault at its first call, then at its second, until
/// it gets through. Gives the number of calls that were struck.
fn strike_each_of_the_repair(name: &str, by: By, fault: impl Fn() -> Fault) -> usize {
    let strike = |nth: &u64| {
        repair::play(&format!("repair-{name}-{by:?}-{nth}"), by, &[fault().nth(*nth)]) > 0
    };
    (1..).take_while(strike).count()
}

#[test]
fn every_call_that_makes_up_for_a_failed_flush_fails() {
    for by in [By::Same, By::Next] {
        let struck = strike_each_of_the_repair("once", by, Fault::anywhere);
        assert!(struck > 40, "{by:?}: {struck}");
    }
}

#[test]
fn every_call_that_makes_up_for_a_failed_flush_fails_for_good() {
    for call in [Call::Read, Call::Write, Call::Sync, Call::Truncate, Call::Lock, Call::Shm] {
        for by in [By::Same, By::Next] {
            let fault = || Fault::on(call).forever();
            let struck = strike_each_of_the_repair(&format!("ever-{call:?}"), by, fault);
            assert!(struck > 0, "{call:?}, {by:?}");
        }
    }
}

#[test]
fn the_power_is_cut_at_every_call_that_makes_up_for_a_failed_flush() {
    let ends = [Crash::LoseUnsynced, EVERYTHING, Crash::Scramble { seed: 1 }];
    for (number, crash) in ends.into_iter().enumerate() {
        for by in [By::Same, By::Next] {
            let cut = || Fault::anywhere().power_cut(crash);
            let struck = strike_each_of_the_repair(&format!("cut-{number}"), by, cut);
            assert!(struck > 40, "{by:?}: {struck}");
        }
    }
}

/// Cuts the power while the database is flushed, which tears it.
fn torn(seed: u64) -> Fault {
    Fault::on(Call::Sync).file("orders.db").power_cut(Crash::Scramble { seed })
}

#[test]
fn a_database_that_is_torn_after_a_failed_flush_is_whole_again() {
    for seed in 0..10 {
        for by in [By::Same, By::Next] {
            let struck = repair::play(&format!("torn-{by:?}-{seed}"), by, &[torn(seed)]);
            assert!(struck > 0, "the database was never flushed");
        }
    }
}

#[test]
fn a_database_is_not_touched_before_the_log_is_written_again_and_flushed() {
    for call in [Call::Write, Call::Sync] {
        for seed in 0..10 {
            let faults = [Fault::on(call).file("-wal"), torn(seed)];
            let struck = repair::play(&format!("first-{call:?}-{seed}"), By::Next, &faults);
            assert!(struck > 0, "nobody wrote it again");
        }
    }
}

#[test]
fn whoever_does_not_write_the_log_again_is_found() {
    let is_torn = |seed| {
        let name = format!("unwritten-{seed}");
        repair::judge_unwritten(&name, By::Next, &[torn(seed)]).is_err()
    };
    assert!((0..20).any(is_torn));
}

#[test]
fn a_disk_that_lies_about_the_flush_of_what_is_written_again_is_found() {
    let is_torn = |seed| {
        let faults = [Fault::lying_flush().file("-wal").forever(), torn(seed)];
        repair::judge(&format!("lying-{seed}"), By::Next, &faults).is_err()
    };
    assert!((0..20).any(is_torn));
}

/// The commit that carries the write-ahead log into the database makes calls of its own there.
#[test]
fn every_call_of_a_commit_that_checkpoints_fails() {
    let database = |call| Fault::on(call).file("orders.db");
    let strike = |fault: Fault, name: &str, nth: u64| {
        let name = format!("checkpoint-{name}-{nth}");
        let play = |name: &str, end| {
            let world = World::new(name).about_to_checkpoint();
            world.play(&[fault.clone().nth(nth)], end)
        };
        play(&format!("{name}-cut"), Afterwards::PowerCut(Crash::LoseUnsynced));
        play(&name, Afterwards::Restart)
    };
    let flushes = (1..).take_while(|nth| strike(database(Call::Sync), "sync", *nth) > 0);
    assert!(flushes.count() > 0, "the commit did not checkpoint");
    // There are thousands of writes, all alike but for the first ones.
    let writes = [1, 2, 3, 4, 64, 1024, 3000];
    let writes = writes.map(|nth| strike(database(Call::Write), "write", nth));
    assert_eq!(writes, [1; 7]);
    strike(database(Call::Sync).forever(), "flushes-no-more", 1);
    strike(database(Call::Write).error(IoError::Full).forever(), "full", 1);
}

#[test]
fn a_harness_that_is_lied_to_notices() {
    lie::stored_is_not_there();
    lie::refused_is_there();
    lie::a_rejection_rests_on_nothing();
    lie::half_of_it_is_there();
    lie::in_doubt_without_need();
    lie::rejected_for_what_is_in_doubt();
}

#[test]
fn a_disk_that_lies_about_a_flush_is_found() {
    let lies = [Fault::lying_flush().forever()];
    let world = World::new("lies");
    let found = world.judge(&lies, Afterwards::PowerCut(Crash::LoseUnsynced)).unwrap_err();
    assert!(found.starts_with("a reader saw"), "{found}");
    assert!(World::new("lies-kept").judge(&lies, Afterwards::PowerCut(EVERYTHING)).is_ok());
}

#[test]
fn whoever_takes_a_failed_flush_for_a_refusal_is_found() {
    let fails = [Fault::on(Call::Sync).file("-wal").forever()];
    let refused = |told: &mut Told| {
        if matches!(told.answer, Err(AppendError::OutcomeUnknown { .. })) {
            told.fate = BatchFate::pending();
            told.fate.undo();
            told.answer = Err(AppendError::Busy);
        }
    };
    let world = World::with_bug("refused", refused);
    let found = world.judge(&fails, Afterwards::PowerCut(EVERYTHING)).unwrap_err();
    assert!(found.ends_with("and is there"), "{found}");
}

#[test]
fn whoever_takes_a_failed_checkpoint_for_a_failed_commit_is_found() {
    let fails = [Fault::on(Call::Sync).file("orders.db")];
    let refused = |told: &mut Told| {
        told.fate = BatchFate::pending();
        told.fate.undo();
        told.answer = Err(AppendError::Busy);
    };
    let world = World::with_bug("checkpoint-refused", refused).about_to_checkpoint();
    let found = world.judge(&fails, Afterwards::Restart).unwrap_err();
    assert!(found.ends_with("and is there"), "{found}");
}

#[test]
fn whoever_takes_a_failed_write_for_stored_is_found() {
    let fails = [Fault::on(Call::Write).file("-wal").error(IoError::Full)];
    let stored = |told: &mut Told| {
        told.fate = BatchFate::pending();
        told.fate.commit();
        told.answer = Ok(Committed::nothing());
    };
    let world = World::with_bug("write-stored", stored);
    let found = world.judge(&fails, Afterwards::Restart).unwrap_err();
    assert!(found.ends_with("was told stored and is not there"), "{found}");
}
