use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Harness;
use super::batches::{batch, command, event, event_without_stream, stream};
use super::check::{Unkept, Verdict, equal};
use super::harness::LogSetup;
use super::log::Log;
use super::promises::numbers::numbered;
use crate::event::{CommandId, Metadata, RecordedEvent};
use crate::store::{Append, NewEvent};

/// Set in the process that is to be killed.
const CHILD: &str = "ES_CONTRACT_KILLED";
const ACKNOWLEDGED: &str = "acknowledged ";
const WRITERS: u64 = 4;

/// Kills a process that writes, again and again, and checks after each time that every
/// acknowledged batch is there and no batch is there in part.
///
/// Called from a plain `#[test]` whose full path is `test`: the test's own program is started once
/// more with only that test, and writes until it is killed. The harness must lead both processes
/// to the same log, and only by its setup's name: what it makes up by itself differs in the two.
///
/// # Panics
/// Something is missing, half there, or out of order; the message says what.
#[allow(clippy::panic)] // A test's way to fail.
pub fn survives_kill(harness: impl Harness, test: &str, rounds: u32) {
    let verdict = match std::env::var(CHILD) {
        Ok(round) => write_until_killed(harness, &round),
        Err(_) => kill_and_look(harness, test, rounds),
    };
    if let Err(unkept) = verdict {
        panic!("a log did not survive `kill -9`: {unkept}");
    }
}

fn block_on<T>(future: impl Future<Output = Verdict<T>>) -> Verdict<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Unkept::broken(format!("expected a runtime, but: {error}")))?;
    runtime.block_on(future)
}

fn setup() -> LogSetup {
    LogSetup::new("killed".to_owned())
}

/// Batch `number` of a writer in a round: three events, the first of them in the writer's stream.
fn written(round: &str, writer: u64, number: u64, id: CommandId) -> Verdict<Append> {
    let own = stream(&writer.to_string())?;
    let part = |event: NewEvent, part: &str| NewEvent {
        metadata: Metadata::new().with("command", id.to_string()).with("part", part),
        payload: Bytes::from(format!("{round}-{writer}-{number}-{part}")),
        ..event
    };
    let events = vec![
        part(event(&own, "A"), "0"),
        part(event_without_stream("B"), "1"),
        part(event(&stream("shared")?, "C"), "2"),
    ];
    Ok(batch(events).remembering(command(id)))
}

fn write_until_killed(harness: impl Harness, round: &str) -> Verdict {
    block_on(async {
        let log = Log::open(&harness, setup()).await?;
        let mut writers = Vec::new();
        for writer in 0..WRITERS {
            let (log, round) = (log.clone(), round.to_owned());
            writers.push(tokio::spawn(async move {
                for number in 0.. {
                    let id = CommandId::generate();
                    log.append(written(&round, writer, number, id)?).await?;
                    let line = format!("{ACKNOWLEDGED}{id}\n");
                    if std::io::stdout().write_all(line.as_bytes()).is_err() {
                        break;
                    }
                }
                Verdict::Ok(())
            }));
        }
        for writer in writers {
            writer.await??;
        }
        Ok(())
    })
}

fn kill_and_look(harness: impl Harness, test: &str, rounds: u32) -> Verdict {
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        // Spread over the first milliseconds of writing, in and between commits.
        let lines = 1 + (round as usize * 7) % 60;
        let pause = Duration::from_micros(u64::from(round) * 397 % 3000);
        acknowledged.extend(one_round(test, round, lines, pause)?);
        block_on(async {
            let log = Log::open(&harness, setup()).await?;
            let verdict = look(&log, &acknowledged).await;
            log.close().await;
            verdict
        })?;
    }
    Ok(())
}

/// Starts a writer, kills it some time after an acknowledgement, and gives what it acknowledged.
fn one_round(test: &str, round: u32, lines: usize, pause: Duration) -> Verdict<Vec<String>> {
    let mut child = start(test, round).map_err(|error| {
        Unkept::broken(format!("expected the test to start itself once more, but: {error}"))
    })?;
    let output = child.stdout.take().map(BufReader::new);
    let mut output = output.ok_or_else(|| Unkept::broken("expected the child's output"))?;
    let mut acknowledged = Vec::new();
    let mut read = |limit: usize| {
        let mut line = String::new();
        while acknowledged.len() < limit && output.read_line(&mut line).is_ok_and(|bytes| bytes > 0)
        {
            // A line that the kill cut off acknowledges nothing.
            if let Some(id) = line.strip_prefix(ACKNOWLEDGED).and_then(|id| id.strip_suffix('\n')) {
                acknowledged.push(id.to_owned());
            }
            line.clear();
        }
        acknowledged.len()
    };
    let seen = read(lines);
    let until = Instant::now() + pause;
    while Instant::now() < until {
        std::hint::spin_loop();
    }
    // `kill` is SIGKILL on Unix and TerminateProcess on Windows.
    let killed = child.kill().and_then(|()| child.wait());
    killed.map_err(|error| Unkept::broken(format!("expected to kill the child, but: {error}")))?;
    read(usize::MAX);
    equal("the number of acknowledgements before the kill", seen, lines)?;
    Ok(acknowledged)
}

fn start(test: &str, round: u32) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
}

async fn look(log: &Log, acknowledged: &[String]) -> Verdict {
    let events = log.all().await?;
    numbered(&events, events.len() as u64)?;
    let mut stored = std::collections::HashSet::new();
    for three in events.chunks(3) {
        let texts: Vec<_> =
            three.iter().map(|event| String::from_utf8_lossy(&event.payload)).collect();
        let whole = texts.first().and_then(|text| text.strip_suffix("-0")).unwrap_or("?");
        let expected = ["0", "1", "2"].map(|part| format!("{whole}-{part}")).to_vec();
        equal(
            "the payloads of a batch",
            texts.iter().map(|text| text.to_string()).collect(),
            expected,
        )?;
        let id = three.first().map(command_of).unwrap_or_default();
        let is_known = log.memory(parse(&id)?).await?.is_some();
        equal("whether the stored batch's command is remembered", is_known, true)?;
        stored.insert(id);
    }
    match acknowledged.iter().find(|id| !stored.contains(*id)) {
        None => Ok(()),
        Some(id) => Err(Unkept::broken(format!("command {id} was acknowledged and is not there"))),
    }
}

fn command_of(event: &RecordedEvent) -> String {
    event.metadata.get("command").unwrap_or_default().to_string()
}

fn parse(id: &str) -> Verdict<CommandId> {
    let id = id.parse().map_err(|_| Unkept::broken(format!("expected an id, saw {id}")))?;
    Ok(CommandId(id))
}
