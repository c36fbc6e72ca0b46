//! What files that cannot be imported get: one clear sentence, exit code 1, nothing stored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use program::{Ended, Place, sample};

fn import(place: &Place, name: &str) -> Ended {
    place.run(&["import", name])
}

fn sample_text() -> String {
    std::fs::read_to_string(sample()).unwrap()
}

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_missing_file() {
    let place = Place::new();
    import(&place, "none.csv").failed(1, "cannot open `none.csv`");
    assert!(!place.path("data").exists(), "nothing is created for it");
}

#[test]
fn a_directory() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).unwrap();
    import(&place, "folder").failed(1, "is a directory; give the path of a CSV file");
}

#[cfg(unix)]
#[test]
fn a_pipe() {
    Place::new().run(&["import", "/dev/null"]).failed(1, "is not a regular file");
}

#[test]
fn standard_input() {
    let place = Place::new();
    import(&place, "-").failed(2, "`-`, the standard input, cannot be imported");
    place.write("-", sample_text());
    place.done(&["import", "./-"]);
}

#[test]
fn columns_that_are_not_parted_by_commas() {
    let place = Place::new();
    for (separator, told) in [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")] {
        let mark = "\u{feff}".to_owned();
        place.write("a.csv", mark + &sample_text().replace(',', separator));
        let told = format!("`a.csv` has {told} between the columns in line 1; export it with");
        import(&place, "a.csv").failed(1, &told);
    }
}

#[test]
fn an_empty_file_and_one_that_is_no_export() {
    let place = Place::new();
    for empty in ["", "\n\n"] {
        place.write("empty.csv", empty);
        import(&place, "empty.csv").failed(1, "`empty.csv` is empty; its first line must name");
    }
    place.write("other.csv", "a,b\n1,2\n");
    import(&place, "other.csv").failed(1, "has no column `InvoiceNo`");
    place.write("binary.csv", [0xff, 0x00, 0xfe, b'\n', 0x80]);
    import(&place, "binary.csv")
        .failed(1, "`binary.csv` is no CSV file: line 1 is not UTF-8 text; export it as CSV first");
}

#[test]
fn a_header_without_a_column() {
    let place = Place::new();
    place.write("a.csv", sample_text().replacen("Quantity", "Amount", 1));
    import(&place, "a.csv").failed(1, "has no column `Quantity`; its first line must name");
}

#[test]
fn a_header_with_a_column_twice() {
    let place = Place::new();
    place.write("a.csv", sample_text().replacen("UnitPrice", "Quantity", 1));
    let told = "`a.csv` has two columns `Quantity` in line 1; give one of them another name";
    import(&place, "a.csv").failed(1, told);
    assert!(!place.path("data").exists(), "nothing is stored of it");
}

#[test]
fn a_quote_that_is_never_closed() {
    let place = Place::new();
    place.write("a.csv", sample_text().replacen("\"TEAPOT, BLUE\"", "\"TEAPOT, BLUE", 1));
    import(&place, "a.csv").failed(1, "the row in line 2 has a quote that is never closed");
    place.write("b.csv", sample_text() + "700010,A,PEN,1,2024-01-01T00:00:00,1,,\"EIRE\nx\n");
    import(&place, "b.csv").failed(1, "the row in line 19 has a quote that is never closed");
    assert!(!place.path("data").exists(), "nothing is stored of it");
}

#[test]
fn a_compressed_file_that_breaks_off() {
    let place = Place::new();
    let whole = compressed(&sample_text());
    place.write("cut.csv.gz", &whole[..whole.len() - 40]);
    import(&place, "cut.csv.gz").failed(1, "fetch the file again");
    let mut damaged = whole;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    place.write("damaged.csv.gz", &damaged);
    import(&place, "damaged.csv.gz").failed(1, "damaged.csv.gz");
}

#[test]
fn a_compressed_file_is_the_same_import_under_any_name() {
    let place = Place::new();
    place.done(&["import", sample().to_str().unwrap()]);
    place.write("download", compressed(&sample_text()));
    let second = place.done(&["import", "download"]);
    assert!(second.err.contains("was imported before"), "{second:?}");
}

#[test]
fn rows_that_make_no_sense_are_rejected_and_the_others_are_imported() {
    let place = Place::new();
    let mut rows = sample_text().into_bytes();
    rows.extend(b"700010,A,PEN,99999999999,2024-01-01T00:00:00,1,,EIRE\n");
    rows.extend(b"700011,A,P\xffN,1,2024-01-01T00:00:00,1,,EIRE\n");
    rows.extend(b"700012,A,PEN\n");
    rows.extend(b"700013,A,PEN,1,2024-13-01T00:00:00,1,,EIRE\n");
    let long = "x".repeat(3 << 20);
    rows.extend(format!("700014,A,{long},1,2024-01-01T00:00:00,1,,EIRE\n").bytes());
    rows.extend(b"700015,A,PEN,4294967295,2024-01-01T00:00:00,9999999999999999999999,,EIRE\n");
    place.write("a.csv", rows);
    let ended = import(&place, "a.csv");
    assert!(ended.out.contains("read 23 rows: 13 stored, 10 rejected, see"), "{ended:?}");
    let rejects = std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    for reason in
        ["beyond 4294967295", "not UTF-8", "3 fields", "not a date", "limit is 1000", "larger"]
    {
        assert!(rejects.contains(reason), "{reason}");
    }
    assert!(place.done(&["report"]).out.contains("orders 6\norder_lines 10\nrevenue 170.025\n"));
}

#[test]
fn rejected_rows_that_cannot_be_written_stop_the_import() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).unwrap();
    let sample = sample();
    let to = |rejects: &str| place.run(&["import", sample.to_str().unwrap(), "--rejects", rejects]);
    to("folder").failed(1, "cannot write rejected rows to `folder`");
    #[cfg(target_os = "linux")]
    to("/dev/full").failed(1, "name another file with --rejects");
    to(sample.to_str().unwrap()).failed(2, "is the file to import");
    std::fs::write(place.path("notes.txt"), "mine").unwrap();
    to("notes.txt").failed(2, "holds something else than rejected rows");
    assert_eq!(std::fs::read_to_string(place.path("notes.txt")).unwrap(), "mine");
    let store = ["--store", "sqlite:mine.db", "--rejects", "mine.db"];
    place.run(&[&["import", sample.to_str().unwrap()], &store[..]].concat()).failed(2, "mine.db");
    assert_eq!(std::fs::read_to_string(&sample).unwrap(), sample_text());
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_no_success() {
    let place = Place::new();
    place.done(&["place", "a"]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = place.command(&["list"]).stdout(full).output().unwrap();
    let error = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{error}");
    assert!(error.contains("the answer cannot be written"), "{error}");
}
