//! The domain by hand on cqrs-es.

use super::template::{each, fill};
use super::{AGGREGATES, COMMANDS};

const MANIFEST: &str = r#"[workspace]

[package]
name = "compile-cqrs-es"
version = "0.1.0"
edition = "2024"

[dependencies]
cqrs-es = "0.5"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
thiserror = "2"
"#;

/// One framework per aggregate, and the way from a name to it.
///
/// The future is boxed here: an `async fn` that nobody calls is not compiled to machine code, and
/// neither would be all that it calls.
const LIBRARY: &str = r#"#![allow(dead_code)]

mod json_rows;

<modules>
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, CqrsFramework};
use json_rows::JsonRows;
use std::pin::Pin;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;
type Framework<A> = CqrsFramework<A, PersistedEventStore<JsonRows, A>>;

fn framework<A: Aggregate<Services = ()>>() -> Framework<A> {
    let store = PersistedEventStore::new_event_store(JsonRows::default());
    CqrsFramework::new(store, Vec::new(), ())
}

pub struct App {
<fields>}

impl App {
    pub fn new() -> Self {
        Self {
<values>        }
    }

    pub fn execute<'a>(&'a self, aggregate: &'a str, id: &'a str, json: &'a str) -> Answer<'a> {
        Box::pin(self.route(aggregate, id, json))
    }

    async fn route(&self, aggregate: &str, id: &str, json: &str) -> Result<(), Failure> {
        match aggregate {
<arms>            _ => return Err("unknown aggregate".into()),
        }
        Ok(())
    }
}
"#;

/// One aggregate: a command enum, an event enum, a state and the matches over them.
const MODULE: &str = r#"use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub enum Command {
    Create { label: String },
<commands>}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    Created { label: String },
<events>}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        match self {
            Self::Created { .. } => "Created".to_owned(),
<names>        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("exists already")]
    Exists,
    #[error("does not exist")]
    Missing,
    #[error("the limit is reached")]
    Limit,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct <Name> {
    label: Option<String>,
    reason: String,
<amounts>}

impl Aggregate for <Name> {
    const TYPE: &'static str = "<Name>";
    type Command = Command;
    type Event = Event;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        _: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        match command {
            Command::Create { .. } if self.label.is_some() => return Err(Refusal::Exists),
            Command::Create { label } => sink.write(Event::Created { label }, self).await,
            _ if self.label.is_none() => return Err(Refusal::Missing),
<decisions>        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Created { label } => self.label = Some(label),
<applications>        }
    }
}
"#;

const DECISION: &str = "            \
Command::Change# { .. } if self.amount# >= 1_000_000 => return Err(Refusal::Limit),
            Command::Change# { amount, reason } => {
                sink.write(Event::Changed# { amount, reason }, self).await
            }
";

const APPLICATION: &str = "            \
Event::Changed# { amount, reason } => {
                self.amount# += u64::from(amount);
                self.reason = reason;
            }
";

/// The files of the crate.
pub(super) fn files() -> Vec<(String, String)> {
    let rows = include_str!("../../peers/src/json_rows.rs");
    let mut files = vec![
        ("Cargo.toml".to_owned(), MANIFEST.to_owned()),
        ("src/json_rows.rs".to_owned(), rows.to_owned()),
        ("src/lib.rs".to_owned(), library()),
    ];
    for aggregate in 0..AGGREGATES {
        files.push((format!("src/aggregate_{aggregate:02}.rs"), module(aggregate)));
    }
    files
}

fn library() -> String {
    let all = 0..AGGREGATES;
    let arm = "            \"Aggregate#\" => {
                self.aggregate_#.execute(id, serde_json::from_str(json)?).await?;
            }\n";
    fill(
        LIBRARY,
        &[
            ("modules", &each(all.clone(), "pub mod aggregate_#;\n")),
            (
                "fields",
                &each(all.clone(), "    aggregate_#: Framework<aggregate_#::Aggregate#>,\n"),
            ),
            ("values", &each(all.clone(), "            aggregate_#: framework(),\n")),
            ("arms", &each(all, arm)),
        ],
    )
}

fn module(aggregate: usize) -> String {
    let changes = 1..COMMANDS;
    let name = "            Self::Changed# { .. } => \"Changed#\".to_owned(),\n";
    fill(
        MODULE,
        &[
            ("commands", &each(changes.clone(), "    Change# { amount: u32, reason: String },\n")),
            ("events", &each(changes.clone(), "    Changed# { amount: u32, reason: String },\n")),
            ("names", &each(changes.clone(), name)),
            ("amounts", &each(changes.clone(), "    amount#: u64,\n")),
            ("decisions", &each(changes.clone(), DECISION)),
            ("applications", &each(changes, APPLICATION)),
            ("Name", &format!("Aggregate{aggregate:02}")),
        ],
    )
}
