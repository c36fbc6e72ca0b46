//! `peers dispatch mem|json MILLISECONDS` and `peers append PATH CALLERS ORDERS MILLISECONDS`.

use std::path::Path;
use std::time::Duration;

use es_bench_peers::{Failure, append, dispatch};

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["dispatch", "mem", time] => dispatch::run(dispatch::mem_store, milliseconds(time)?),
        ["dispatch", "json", time] => dispatch::run(dispatch::json_rows, milliseconds(time)?),
        ["append", path, callers, orders, time] => {
            append::run(Path::new(path), callers.parse()?, orders.parse()?, milliseconds(time)?)
        }
        _ => {
            Err("dispatch mem|json MILLISECONDS, or append PATH CALLERS ORDERS MILLISECONDS".into())
        }
    }
}

fn milliseconds(text: &str) -> Result<Duration, Failure> {
    Ok(Duration::from_millis(text.parse()?))
}
