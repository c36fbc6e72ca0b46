//! What stores that cannot be used get: one clear sentence, exit code 1, and nothing is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use std::process::Stdio;

use program::{Ended, Place, sample};
use rusqlite::Connection;

fn with_orders() -> Place {
    let place = Place::new();
    for order in ["a", "b", "c"] {
        place.done(&["place", order]);
    }
    place
}

/// Opened, it would be there and be empty.
#[test]
fn a_store_with_a_mistyped_name() {
    let place = with_orders();
    let path = place.path("data").canonicalize().unwrap().join("oders.db");
    for command in [
        &["list"][..],
        &["show", "a"],
        &["history", "a"],
        &["report"],
        &["add-item", "a", "PEN", "--price", "1"],
        &["confirm", "a"],
        &["pay", "a"],
        &["ship", "a"],
        &["cancel", "a"],
    ] {
        let ended = place.run(&[command, &["--store", "sqlite:data/oders.db"]].concat());
        ended.failed(1, &format!("there is no store at `{}`; check --store", path.display()));
        assert!(!path.exists(), "{command:?}");
    }
    let begun = place.done(&["place", "a", "--store", "sqlite:data/oders.db"]);
    assert!(begun.err.contains(&format!("new store made at {}\n", path.display())), "{begun:?}");
    let again = place.done(&["list", "--store", "sqlite:data/oders.db?readers=2"]);
    assert!(again.err.contains("oders.db\n"), "{again:?}");
}

#[test]
fn nothing_is_there_before_the_first_order_and_the_first_import() {
    let place = Place::new();
    place.run(&["list"]).failed(1, "begin one with `order place` or `order import`");
    place.run(&["report"]).failed(1, "data/orders.db");
    assert!(!place.path("data").exists(), "asking leaves no trace");
}

#[test]
fn a_store_in_memory() {
    let place = Place::new();
    for command in [&["place", "a"][..], &["list"]] {
        let ended = place.run(&[command, &["--store", "memory:"]].concat());
        ended.failed(2, "would forget everything when the program ends; name a file");
        let ended = place.run(&[command, &["--store", "sqlite::memory:"]].concat());
        ended.failed(2, "would forget everything when the program ends; name a file");
    }
}

#[test]
fn every_command_that_makes_a_store_says_so() {
    let place = Place::new();
    let register = &["register", "1", "--name", "Ada", "--email", "ada@example.com"][..];
    let file = sample();
    for (name, command) in
        [("r", register), ("p", &["place", "a"]), ("i", &["import", file.to_str().unwrap()])]
    {
        let url = format!("sqlite:data/{name}.db");
        let ended = place.done(&[command, &["--store", url.as_str()]].concat());
        let path = place.path("data").canonicalize().unwrap().join(format!("{name}.db"));
        let told = format!("new store made at {}", path.display());
        assert!(ended.err.contains(&told), "{ended:?}");
        let again = place.run(&[command, &["--store", url.as_str()]].concat());
        assert!(!again.err.contains("new store"), "{again:?}");
    }
}

/// SQLite takes a file without a byte for a new database.
#[test]
fn a_file_without_a_byte_is_no_store_until_one_is_begun_there() {
    let place = Place::new();
    let path = place.write("data/orders.db", "").canonicalize().unwrap();
    for command in [&["list"][..], &["report"], &["pay", "a"]] {
        let ended = place.run(command);
        ended.failed(1, &format!("there is no store at `{}`, the file is empty", path.display()));
        assert_eq!(path.metadata().unwrap().len(), 0, "{command:?}");
    }
    let begun = place.done(&["place", "a"]);
    assert!(begun.err.contains(&format!("new store made at {}\n", path.display())), "{begun:?}");
    assert!(place.done(&["list"]).err.starts_with("store "));
}

#[test]
fn a_file_that_is_no_database() {
    let place = Place::new();
    place.write("data/orders.db", "this is a letter, not a database ".repeat(300));
    place.run(&["list"]).failed(1, "orders.db");
    let text = std::fs::read_to_string(place.path("data/orders.db")).unwrap();
    assert!(text.starts_with("this is a letter"), "it is left alone");
}

#[test]
fn a_database_of_another_program() {
    let place = Place::new();
    let path = place.write("data/orders.db", "");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('x')").unwrap();
    drop(other);
    place.run(&["place", "a"]).failed(1, "orders.db");
    let other = Connection::open(&path).unwrap();
    let tables = "SELECT count(*) FROM sqlite_schema";
    assert_eq!(other.query_row(tables, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[test]
fn a_database_of_a_newer_program() {
    let place = with_orders();
    let log = Connection::open(place.path("data/orders.db")).unwrap();
    log.pragma_update(None, "user_version", 9_999).unwrap();
    drop(log);
    place.run(&["place", "d"]).failed(1, "newer");
}

#[test]
fn a_truncated_database() {
    let place = with_orders();
    let path = place.path("data/orders.db");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    place.run(&["place", "d"]).failed(1, "orders.db");
    std::fs::write(&path, whole).unwrap();
    assert!(place.done(&["list"]).out.contains("\nc "), "the whole file is as good as before");
}

#[test]
fn a_deleted_log_beside_a_living_read_side() {
    let place = with_orders();
    place.done(&["list"]);
    for name in ["data/orders.db", "data/orders.db-wal", "data/orders.db-shm"] {
        let _ = std::fs::remove_file(place.path(name));
    }
    let told = "is still there; restore the log with its `-wal` file from a backup, or delete the \
                read side to begin a new store";
    let sample = sample();
    for command in [&["list"][..], &["place", "d"], &["import", sample.to_str().unwrap()], &[]] {
        place.run(command).failed(1, told);
        assert!(!place.path("data/orders.db").exists(), "no new log is left behind");
    }
    std::fs::remove_file(place.path("data/orders.read.db")).unwrap();
    place.done(&["place", "d"]);
}

#[test]
fn two_demos_at_once_on_a_new_store() {
    let place = Place::new();
    let demo = || {
        let mut demo = place.command::<&str>(&[]);
        demo.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let ended =
        [demo(), demo(), demo(), demo()].map(|demo| Ended::from(demo.wait_with_output().unwrap()));
    assert!(ended.iter().any(|ended| ended.code == Some(0)), "{ended:?}");
    for ended in ended.iter().filter(|ended| ended.code != Some(0)) {
        ended.failed(1, "at the same time; run the demo again");
    }
}

/// The README says the same: read models may be deleted, events are kept.
#[test]
fn a_read_side_that_is_damaged_is_deleted_and_a_log_is_not() {
    let place = with_orders();
    place.done(&["list"]);
    let path = place.path("data/orders.read.db");
    let whole = std::fs::read(&path).unwrap();
    for damaged in [&whole[..3_000], b"rubbish"] {
        std::fs::write(&path, damaged).unwrap();
        let remedy = "delete it or move it away while no program uses it: projections are built \
                      anew from the log, reactions begin behind its last event";
        for command in [&["list"][..], &["place", "d"]] {
            place.run(command).failed(1, remedy);
        }
        std::fs::remove_file(&path).unwrap();
        assert!(place.done(&["list"]).out.contains("\nc "));
    }
    let log = place.path("data/orders.db");
    let whole = std::fs::read(&log).unwrap();
    std::fs::write(&log, &whole[..3_000]).unwrap();
    place.run(&["list"]).failed(1, "restore it from a backup");
}

#[test]
fn a_folder_in_the_place_of_the_store() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("data/orders.db")).unwrap();
    place.run(&["list"]).failed(1, "orders.db");
}

#[cfg(unix)]
#[test]
fn a_store_that_may_not_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let place = with_orders();
    let folder = place.path("data");
    let allow = |mode| std::fs::set_permissions(&folder, PermissionsExt::from_mode(mode)).unwrap();
    let file = place.path("data/orders.db");
    let allow_file =
        |mode| std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
    allow_file(0o000);
    allow(0o555);
    // Root may do everything.
    if std::fs::File::open(&file).is_ok() {
        eprintln!("skipped: permissions do not hold for this user");
    } else {
        place.run(&["list"]).failed(1, "orders.db");
        allow_file(0o444);
        place.run(&["place", "d"]).failed(1, "orders.db");
    }
    allow(0o755);
    allow_file(0o644);
    place.done(&["list"]);
}

/// The system refuses to let files grow, as a full disk does: the import fails with a sentence,
/// and what was stored before is whole.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full() {
    let place = with_orders();
    let rows = std::fs::read_to_string(sample()).unwrap();
    let mut many = rows.lines().next().unwrap().to_owned();
    for order in 1..3_000 {
        many += &format!("\n{order},A,{},1,2024-01-01T00:00:00,1,,EIRE", "x".repeat(500));
    }
    let export = place.write("many.csv", many);
    let order = env!("CARGO_BIN_EXE_order");
    let limited = "trap '' XFSZ; ulimit -f 600; exec \"$0\" import \"$1\"";
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(place.path("")).args(["-c", limited, order, export.to_str().unwrap()]);
    let ended: program::Ended = shell.output().unwrap().into();
    ended.failed(1, "run the same command again");

    place.done(&["import", export.to_str().unwrap()]);
    assert!(place.done(&["report"]).out.contains("orders 2999\n"));
}
