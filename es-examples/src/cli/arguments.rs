//! What the program understands; `order --help` is made of these comments.

use std::{num::IntErrorKind, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use es_core::event::Timestamp;
use jiff::{civil::DateTime, fmt::temporal::Pieces, tz::TimeZone};

use crate::{
    country::Country,
    customer::{CustomerName, Email},
    item::{Description, Price, ProductCode, Quantity},
    order::Status,
    read::Grouping,
    text::InvalidText,
};

/// An order book that stores what happened, event by event.
///
/// Without a command it shows itself: a guided demo on `data/orders.db`.
#[derive(Debug, Parser)]
#[command(name = "order", version, after_help = EXIT_CODES)]
pub struct Arguments {
    /// Where the log is [default: sqlite:data/orders.db]
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<String>,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub action: Option<Action>,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 refused by a rule of the shop, or failed (disk, \
                          file, store); 2 wrong usage: with these arguments it cannot be done, \
                          whatever is stored";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Register a customer under an e-mail address that nobody else has
    Register(Register),
    /// Open an order
    Place(Place),
    /// Add an item to an open order
    AddItem(AddItem),
    /// Fix an order's items; from now on it counts as revenue
    Confirm(Named),
    /// Pay a confirmed order
    Pay(Named),
    /// Ship a paid order
    Ship(Named),
    /// Call off an order that has not been shipped
    Cancel(Named),
    /// Show an order or a credit note, now or as it was
    Show(Show),
    /// Show the events of an order or a credit note, each with the state after it
    History(History),
    /// List orders, or credit notes
    List(List),
    /// Import a retailer's export
    Import(Import),
    /// Print the totals of all confirmed orders and credit notes
    Report(Report),
}

impl Action {
    /// Whether it may be the first thing that is done with a store.
    pub(super) fn begins_a_store(&self) -> bool {
        matches!(self, Self::Register(_) | Self::Place(_) | Self::Import(_))
    }
}

/// An order.
#[derive(Debug, Args)]
pub struct Named {
    /// The order's number
    #[arg(value_parser = number)]
    pub order: String,
}

/// A customer to register.
#[derive(Debug, Args)]
pub struct Register {
    /// The new customer's number
    #[arg(value_parser = number)]
    pub customer: String,
    /// The customer's name
    #[arg(long)]
    pub name: CustomerName,
    /// Where mail goes
    #[arg(long)]
    pub email: Email,
}

/// An order to open.
#[derive(Debug, Args)]
pub struct Place {
    /// The new order's number
    #[arg(value_parser = number)]
    pub order: String,
    /// Who orders
    #[arg(long)]
    pub customer: Option<CustomerName>,
    /// Where the customer lives
    #[arg(long, default_value = "United Kingdom")]
    pub country: Country,
}

/// An item to add.
#[derive(Debug, Args)]
pub struct AddItem {
    /// The order's number
    #[arg(value_parser = number)]
    pub order: String,
    /// The product's code
    pub product: ProductCode,
    /// The price of one in pounds
    #[arg(long, allow_negative_numbers = true)]
    pub price: Price,
    /// How many
    #[arg(long, default_value = "1", allow_negative_numbers = true)]
    pub quantity: Quantity,
    /// The product's name
    #[arg(long, default_value = "")]
    pub description: Description,
    /// The line's number in the order; said again for the same item it changes nothing [default:
    /// the next, after the last possible one the lowest that is free]
    #[arg(long, allow_negative_numbers = true, value_parser = line)]
    pub line: Option<u32>,
}

/// An order or a credit note whose events to show.
#[derive(Debug, Args)]
pub struct History {
    /// Its number
    #[arg(value_parser = number)]
    pub number: String,
}

/// An order or a credit note to show.
#[derive(Debug, Args)]
pub struct Show {
    /// Its number
    #[arg(value_parser = number)]
    pub number: String,
    /// As it was right after the event with this sequence, 0 for the first
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "as_of",
        allow_negative_numbers = true,
        value_parser = sequence
    )]
    pub at: Option<u64>,
    /// As it was at this moment, for example 2026-01-31T12:00:00Z (UTC without a zone)
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, value_parser = moment)]
    pub as_of: Option<Timestamp>,
}

/// Orders or credit notes to list.
#[derive(Debug, Args)]
pub struct List {
    /// Only orders with this status
    #[arg(long)]
    pub status: Option<Status>,
    /// Credit notes instead of orders
    #[arg(long, conflicts_with = "status")]
    pub credit_notes: bool,
    /// At most so many
    #[arg(
        long,
        default_value_t = 50,
        value_name = "N",
        allow_negative_numbers = true,
        value_parser = at_least_one
    )]
    pub limit: usize,
}

/// A file to import.
#[derive(Debug, Args)]
pub struct Import {
    /// A CSV file, compressed with gzip or not
    pub file: PathBuf,
    /// Where rows go that are not imported as they stand; the next import of the same file writes
    /// its list anew, and that of another one gets a number, as in rejects-2.csv
    #[arg(long, default_value = "data/rejects.csv", value_name = "PATH")]
    pub rejects: PathBuf,
}

/// Totals to print.
#[derive(Debug, Args)]
pub struct Report {
    /// One line for each of these
    #[arg(long)]
    pub by: Option<Grouping>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
            Err(format!("too large; the largest is {}", usize::MAX))
        }
        Ok(0) | Err(_) => Err("not a number above 0".to_owned()),
        Ok(number) => Ok(number),
    }
}

/// What else makes a number wrong, the framework says when it is used.
fn number(text: &str) -> Result<String, InvalidText> {
    match text.trim() {
        "" => Err(InvalidText::Blank { what: "the number" }),
        number => Ok(number.to_owned()),
    }
}

fn line(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("a line is a whole number from 1 to {}", u32::MAX)),
        Ok(line) => Ok(line),
    }
}

fn sequence(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a sequence is a whole number, 0 for the first event".to_owned())
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let zoned = text.parse::<Timestamp>();
    let utc = || text.parse::<DateTime>().and_then(|local| TimeZone::UTC.to_timestamp(local));
    zoned.or_else(|_| utc().map(Timestamp::from)).map_err(|_| {
        // A date and time all the same, where it ends the last year that there is.
        match Pieces::parse(text) {
            Ok(pieces) if pieces.date().year() == jiff::civil::Date::MAX.year() => {
                format!("too late; the last moment is {:.0}", jiff::Timestamp::MAX)
            }
            _ => "not a date and time; write it like 2026-01-31T12:00:00Z".to_owned(),
        }
    })
}
