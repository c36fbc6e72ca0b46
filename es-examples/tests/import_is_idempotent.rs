//! An import can be cut off at any moment, and be run again any number of times.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use std::{
    fmt::Write,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use program::{Ended, Place, sample};
use rusqlite::Connection;

const SAMPLE_TOTALS: &str = "rows 17
orders 6
order_lines 10
revenue 170.025
credit_notes 2
credit_lines 3
credits -52.80
rejected_rows 4
";

/// An export that is still being imported when its first rows have their answer.
struct Export {
    orders: u32,
}

impl Export {
    fn rows(&self) -> u32 {
        self.orders * 3 + self.orders / 4
    }

    fn content(&self) -> String {
        let header = std::fs::read_to_string(sample()).unwrap().lines().next().unwrap().to_owned();
        let mut rows = header + "\n";
        for order in 1..=self.orders {
            for line in 1..=3 {
                let fields = format!("P{line},PEN,{line},2024-01-01T00:00:00,2,c{order},EIRE");
                writeln!(rows, "{order},{fields}").unwrap();
            }
            if order % 4 == 0 {
                writeln!(rows, "C{order},P1,PEN,-1,2024-01-02T00:00:00,1,,EIRE").unwrap();
            }
        }
        rows
    }

    fn totals(&self) -> String {
        let (rows, orders, notes) = (self.rows(), self.orders, self.orders / 4);
        format!(
            "rows {rows}\norders {orders}\norder_lines {}\nrevenue {}.00\ncredit_notes {notes}\n\
             credit_lines {notes}\ncredits -{notes}.00\nrejected_rows 0\n",
            orders * 3,
            orders * 12,
        )
    }

    /// Starts an import, and returns once it has told that some rows got their answer.
    fn under_way(&self, place: &Place, file: &Path) -> Child {
        let mut command = place.command(&["import", file.to_str().unwrap()]);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.as_mut().unwrap()).lines();
        let progress = format!(" of {} rows", self.rows());
        while !lines.next().expect("progress is told").unwrap().contains(&progress) {}
        child
    }
}

/// Cuts an import off with a signal, with more and more rows until it was not done before.
fn cut_off(signal: &str) -> (Place, PathBuf, Export, Ended) {
    for orders in [4_000, 16_000, 64_000, 256_000] {
        let (place, export) = (Place::new(), Export { orders });
        let file = place.write("export.csv", export.content());
        let child = export.under_way(&place, &file);
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let ended: Ended = child.wait_with_output().unwrap().into();
        if ended.code != Some(0) {
            return (place, file, export, ended);
        }
    }
    panic!("every import was done before the signal came");
}

#[test]
fn the_sample_can_be_imported_twice() {
    let place = Place::new();
    for _ in 0..2 {
        place.done(&["import", sample().to_str().unwrap()]);
        assert_eq!(place.done(&["report"]).out, SAMPLE_TOTALS);
    }
}

/// What makes a second import harmless is the orders' own rule, not the log's memory of commands.
#[test]
fn the_sample_can_be_imported_again_when_the_log_has_forgotten_every_command() {
    let place = Place::new();
    place.done(&["import", sample().to_str().unwrap()]);
    let log = Connection::open(place.path("data/orders.db")).unwrap();
    assert!(log.execute("DELETE FROM commands", []).unwrap() > 0);
    drop(log);
    place.done(&["import", sample().to_str().unwrap()]);
    assert_eq!(place.done(&["report"]).out, SAMPLE_TOTALS);
}

#[test]
fn the_read_side_can_be_deleted_and_is_rebuilt() {
    let place = Place::new();
    place.done(&["import", sample().to_str().unwrap()]);
    for name in ["data/orders.read.db", "data/orders.read.db-wal", "data/orders.read.db-shm"] {
        let _ = std::fs::remove_file(place.path(name));
    }
    assert_eq!(place.done(&["report"]).out, SAMPLE_TOTALS);
}

#[test]
fn an_import_killed_in_the_middle_is_completed_by_the_next_run() {
    let (place, file, export, _) = cut_off("-KILL");
    // Once more, now that the first part is there already.
    let mut again = export.under_way(&place, &file);
    again.kill().unwrap();
    again.wait().unwrap();

    place.done(&["import", file.to_str().unwrap()]);
    assert_eq!(place.done(&["report"]).out, export.totals());
}

/// Two programs have the store open then, and both keep its read models.
#[test]
fn a_report_while_an_import_runs_gives_what_is_stored_so_far() {
    for orders in [4_000, 16_000, 64_000, 256_000] {
        let (place, export) = (Place::new(), Export { orders });
        let file = place.write("export.csv", export.content());
        let mut importing = export.under_way(&place, &file);
        let report = place.done(&["report"]);
        let still_runs = importing.try_wait().unwrap().is_none();
        let imported: Ended = importing.wait_with_output().unwrap().into();
        assert_eq!(imported.code, Some(0), "{imported:?}");
        assert_eq!(place.done(&["report"]).out, export.totals());
        if still_runs {
            let told = "export.csv` is not imported to its end: these are the totals so far";
            assert!(report.err.contains(told), "{report:?}");
            return;
        }
    }
    panic!("every import was done before the report");
}

#[test]
fn a_report_says_which_import_is_not_complete() {
    let (place, _, export, _) = cut_off("-KILL");
    let report = place.done(&["report"]);
    assert!(report.err.contains("export.csv` is not imported to its end"), "{report:?}");
    assert!(report.out.starts_with("rows (unknown)\n"), "{report:?}");
    assert!(report.out.ends_with("\nrejected_rows (unknown)\n"), "{report:?}");
    let json: serde_json::Value =
        serde_json::from_str(&place.done(&["report", "--json"]).out).unwrap();
    assert!(json["rows"].is_null() && json["orders"].is_u64(), "{json}");
    assert_ne!(report.out, export.totals());
}

#[test]
fn an_interrupted_import_stops_cleanly_and_says_how_to_go_on() {
    // Ctrl-C, and what stops a service.
    for signal in ["-INT", "-TERM"] {
        let (place, file, export, ended) = cut_off(signal);
        ended.failed(1, "run the same command again to go on");
        place.done(&["import", file.to_str().unwrap()]);
        assert_eq!(place.done(&["report"]).out, export.totals());
    }
}

#[test]
fn an_order_that_was_cancelled_in_between_is_not_counted_again() {
    let place = Place::new();
    place.done(&["import", sample().to_str().unwrap()]);
    place.done(&["cancel", "700001"]);
    place.done(&["import", sample().to_str().unwrap()]);
    let report = place.done(&["report"]).out;
    assert!(report.contains("orders 5\norder_lines 7\nrevenue 114.63\n"), "{report}");
}
