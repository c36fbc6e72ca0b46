//! The order app: a shop whose orders, credit notes and imports are event-sourced.
//!
//! Read it in the order of the flow: [`order`] is an aggregate with its commands, events and
//! rules, and [`item`] what its lines are made of; [`credit_note`] and [`import`] are two smaller
//! ones; [`customer`] has a rule that no aggregate can keep, and a free command handler that does;
//! [`read`] holds the projections and their queries; [`retail`] reads a retailer's export and sends
//! it as commands; [`cli`] is the program around it. `examples/minimal.rs` is the smallest program
//! there is.

pub mod cli;
pub mod country;
pub mod credit_note;
pub mod customer;
pub mod import;
pub mod item;
pub mod money;
pub mod order;
pub mod read;
pub mod retail;
mod said;
pub mod text;

/// The project's front page; its code is compiled and run as this crate's documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The guide's page on testing, which needs an engine; its code is compiled and run too.
#[cfg(doctest)]
#[doc = include_str!("../../docs/testing.md")]
pub struct Testing;
