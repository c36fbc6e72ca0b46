//! The domain on es.

use super::template::{each, fill};
use super::{AGGREGATES, COMMANDS};

const MANIFEST: &str = r#"[workspace]

[package]
name = "compile-es"
version = "0.1.0"
edition = "2024"

[dependencies]
es-core = { path = "<core>" }
serde = { version = "1", features = ["derive"] }
thiserror = "2"
"#;

/// The application: commands find their aggregates by themselves.
const LIBRARY: &str = r#"#![allow(dead_code)]

<modules>
use es_core::app::StartError;
use es_core::prelude::*;
use std::pin::Pin;

pub fn start() -> Pin<Box<dyn Future<Output = Result<App, StartError>> + Send>> {
    Box::pin(async { App::test()<aggregates>.start().await })
}
"#;

/// One aggregate: commands, events, a state, and a handler for each command and event.
const MODULE: &str = r#"use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Command, Serialize, Deserialize)]
#[command(name = "Create<Name>")]
pub struct Create {
    #[target]
    pub id: String,
    pub label: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "<Name>Created")]
pub struct Created {
    pub id: String,
    pub label: String,
}
<messages>
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the limit is reached")]
    Limit,
}

#[aggregate]
pub struct <Name> {
    #[aggregate_identifier]
    id: String,
    label: String,
    reason: String,
<amounts>}

#[aggregate]
impl <Name> {
    #[command_handler]
    fn create(command: Create) -> Created {
        Created { id: command.id, label: command.label }
    }

    #[event_sourcing_handler]
    fn on_created(event: &Created) -> Self {
        Self {
            id: event.id.clone(),
            label: event.label.clone(),
            reason: String::new(),
<zeros>        }
    }
<handlers>}
"#;

const MESSAGES: &str = r#"
#[derive(Clone, Command, Serialize, Deserialize)]
#[command(name = "Change#<Name>")]
pub struct Change# {
    #[target]
    pub id: String,
    pub amount: u32,
    pub reason: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "<Name>Changed#")]
pub struct Changed# {
    pub amount: u32,
    pub reason: String,
}
"#;

const HANDLERS: &str = r#"
    #[command_handler]
    fn change#(&self, command: Change#) -> Result<Changed#, Refusal> {
        if self.amount# >= 1_000_000 {
            return Err(Refusal::Limit);
        }
        Ok(Changed# { amount: command.amount, reason: command.reason })
    }

    #[event_sourcing_handler]
    fn on_changed#(&mut self, event: &Changed#) {
        self.amount# += u64::from(event.amount);
        self.reason.clone_from(&event.reason);
    }
"#;

/// The files of the crate.
pub(super) fn files() -> Vec<(String, String)> {
    let core = concat!(env!("CARGO_MANIFEST_DIR"), "/../es-core");
    let mut files = vec![
        ("Cargo.toml".to_owned(), fill(MANIFEST, &[("core", core)])),
        ("src/lib.rs".to_owned(), library()),
    ];
    for aggregate in 0..AGGREGATES {
        files.push((format!("src/aggregate_{aggregate:02}.rs"), module(aggregate)));
    }
    files
}

fn library() -> String {
    let all = 0..AGGREGATES;
    fill(
        LIBRARY,
        &[
            ("modules", &each(all.clone(), "pub mod aggregate_#;\n")),
            ("aggregates", &each(all, ".with::<aggregate_#::Aggregate#>()")),
        ],
    )
}

fn module(aggregate: usize) -> String {
    let changes = 1..COMMANDS;
    // `#` numbers the changes; attributes write theirs as `@`, which `each` leaves alone.
    let numbered = |template: &str| each(changes.clone(), &escape(template)).replace('@', "#");
    fill(
        MODULE,
        &[
            ("messages", &numbered(MESSAGES)),
            ("amounts", &each(changes.clone(), "    amount#: u64,\n")),
            ("zeros", &each(changes.clone(), "            amount#: 0,\n")),
            ("handlers", &numbered(HANDLERS)),
            ("Name", &format!("Aggregate{aggregate:02}")),
        ],
    )
}

/// Protects the `#` of attributes.
fn escape(template: &str) -> String {
    template.replace("#[", "@[")
}
