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
credits -52.8
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
            "rows {rows}\norders {orders}\norder_lines {}\nrevenue {}\ncredit_notes {notes}\n\
             credit_lines {notes}\ncredits -{notes}\nrejected_rows 0\n",
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
    let rejects = std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    let reasons: Vec<_> = rejects.lines().skip(1).collect();
    assert!(reasons[0].starts_with("12,\"") || reasons[0].starts_with("12,`Quantity`"));
    assert_eq!(reasons.len(), 4);
}

/// What makes a second import harmless is the orders' own rule, not the log's memory of commands.
#[test]
fn the_sample_can_be_imported_again_when_the_log_has_forgotten_every_command() {
    let place = Place::new();
    place.done(&["import", sample().to_str().unwrap()]);
    let log = Connection::open(place.path("data/retail.db")).unwrap();
    assert!(log.execute("DELETE FROM commands", []).unwrap() > 0);
    drop(log);
    place.done(&["import", sample().to_str().unwrap()]);
    assert_eq!(place.done(&["report"]).out, SAMPLE_TOTALS);
}

#[test]
fn the_read_side_can_be_deleted_and_is_rebuilt() {
    let place = Place::new();
    place.done(&["import", sample().to_str().unwrap()]);
    for name in ["data/retail.read.db", "data/retail.read.db-wal", "data/retail.read.db-shm"] {
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

#[test]
fn a_report_says_which_import_is_not_complete() {
    let (place, _, export, _) = cut_off("-KILL");
    let report = place.done(&["report"]);
    assert!(report.err.contains("`export.csv` was not read to its end"), "{report:?}");
    assert_ne!(report.out, export.totals());
}

#[test]
fn an_interrupted_import_stops_cleanly_and_says_how_to_go_on() {
    let (place, file, export, ended) = cut_off("-INT");
    ended.failed(1, "run the same command again to go on");
    place.done(&["import", file.to_str().unwrap()]);
    assert_eq!(place.done(&["report"]).out, export.totals());
}

#[test]
fn an_order_that_was_cancelled_in_between_is_not_counted_again() {
    let place = Place::new();
    place.done(&["import", sample().to_str().unwrap()]);
    place.done(&["cancel", "700001", "--store", "sqlite:data/retail.db"]);
    place.done(&["import", sample().to_str().unwrap()]);
    let report = place.done(&["report"]).out;
    assert!(report.contains("orders 5\norder_lines 7\nrevenue 114.63\n"), "{report}");
}

#[test]
fn a_line_for_an_order_that_is_confirmed_is_a_rejected_row() {
    let place = Place::new();
    let header = std::fs::read_to_string(sample()).unwrap().lines().next().unwrap().to_owned();
    let row = |code| format!("1,{code},PEN,1,2024-01-01T00:00:00,1,,EIRE\n");
    let first = place.write("first.csv", format!("{header}\n{}", row("A")));
    let longer = place.write("longer.csv", format!("{header}\n{}{}", row("A"), row("B")));
    place.done(&["import", first.to_str().unwrap()]);
    place.done(&["import", longer.to_str().unwrap()]);
    let rejects = std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    assert!(rejects.contains("3,the order is confirmed and takes no more items"), "{rejects}");
}

#[test]
fn a_file_that_has_changed_is_told_and_what_is_stored_stays_as_it_is() {
    let place = Place::new();
    let rows = std::fs::read_to_string(sample()).unwrap();
    let file = place.write("orders.csv", &rows);
    place.done(&["import", file.to_str().unwrap()]);
    // Another quantity in an order and in a credit note, and an order that is new.
    let changed = rows.replace("TEA CUP \"\"MORNING\"\"\",6,", "TEA CUP \"\"MORNING\"\"\",7,");
    let changed = changed.replace("PHOTO FRAME,-3,", "PHOTO FRAME,-2,");
    place.write("orders.csv", changed + "700010,A,PEN,1,2024-05-01T00:00:00,1,,EIRE\n");
    let again = place.done(&["import", file.to_str().unwrap()]);
    assert!(again.err.contains("`orders.csv` has changed since it was imported"), "{again:?}");
    assert!(
        again.out.contains("imported 18 rows; 6 of them were rejected (2 because"),
        "{again:?}"
    );
    let rejects = std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    let stays = "has another item already; use a line number that is free";
    assert!(rejects.contains(&format!("3,line 2 {stays}")), "{rejects}");
    let stays = "gives back another item already; use a line number that is free";
    assert!(rejects.contains(&format!("17,line 1 {stays}")), "{rejects}");
    let report = place.done(&["report"]).out;
    let totals = "orders 7\norder_lines 11\nrevenue 171.025\ncredit_notes 2\ncredit_lines 3\n\
                  credits -52.8\n";
    assert!(report.contains(totals), "{report}");
}

/// The rows of an invoice say whose it is as well; and a row that is gone says nothing at all.
#[test]
fn a_row_that_differs_from_what_is_stored_in_whatever_is_told() {
    let place = Place::new();
    let header = std::fs::read_to_string(sample()).unwrap().lines().next().unwrap().to_owned();
    let import = |rows: &[&str]| {
        let file = place.write("a.csv", format!("{header}\n{}\n", rows.join("\n")));
        place.done(&["import", file.to_str().unwrap()])
    };
    let rejects = || std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    let pen = "1,A,PEN,1,2024-01-01T00:00:00,1,c,EIRE";
    let credit = "C2,A,PEN,-1,2024-01-01T00:00:00,1,c,EIRE";
    let first = import(&[pen, "1,B,INK,1,2024-01-01T00:00:00,1,c,EIRE", credit]);
    assert!(first.out.contains("imported 3 rows; 0 of them were rejected, see"), "{first:?}");

    let again = import(&[&pen.replace("EIRE", "France"), &credit.replace(",c,", ",d,")]);
    assert!(again.err.contains("`a.csv` has changed since it was imported"), "{again:?}");
    let told = "imported 2 rows; 2 of them were rejected (2 because something else is stored, \
                which stays), see";
    assert!(again.out.contains(told), "{again:?}");
    let stays = "it is stored already and stays as it is:";
    let order = format!("2,\"{stays} country `EIRE`, not `France`; 2 lines, not 1\",1,A,PEN");
    let note = format!("3,\"{stays} customer `c`, not `d`\",C2,A,PEN");
    for line in [order, note] {
        assert!(rejects().contains(&line), "`{line}` in {}", rejects());
    }

    // For two reasons, of which the first to be found is told, and still one row.
    let again = import(&["1,A,PEN,5,2024-01-02T00:00:00,1,c,EIRE"]);
    assert!(again.out.contains("imported 1 row; 1 of them was rejected (1 because"), "{again:?}");
    assert_eq!(rejects().lines().count(), 2);
    assert!(place.done(&["report"]).out.contains("orders 1\norder_lines 2\nrevenue 2\n"));
}
