//! The attribute and derive macros of `es-core`, which re-exports them.
//!
//! What they write can be written by hand: they implement public traits of `es-core`, each named in
//! the manual of its macro.

mod attr;
mod check;
mod diag;
mod expand;
mod light;
mod model;
mod outside;
mod paths;

use expand::Derive;
use proc_macro::TokenStream;

/// Placeholder.
#[proc_macro_attribute]
pub fn aggregate(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::aggregate(arguments.into(), item.into()).into()
}

/// Placeholder.
#[proc_macro_attribute]
pub fn command_handler(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    outside::outside("command_handler", "aggregate", item.into()).into()
}

/// Placeholder.
#[proc_macro_attribute]
pub fn event_sourcing_handler(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    outside::outside("event_sourcing_handler", "aggregate", item.into()).into()
}

/// Placeholder.
#[proc_macro_attribute]
pub fn projection(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::projection(arguments.into(), item.into()).into()
}

/// Placeholder.
#[proc_macro_attribute]
pub fn event_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::event_handler(arguments.into(), item.into()).into()
}

/// Placeholder.
#[proc_macro_attribute]
pub fn query_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::query_handler(arguments.into(), item.into()).into()
}

/// Placeholder.
#[proc_macro_derive(Command, attributes(command, target, target_aggregate_identifier))]
pub fn command(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Command, input.into()).into()
}

/// Placeholder.
#[proc_macro_derive(Event, attributes(event, tag))]
pub fn event(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Event, input.into()).into()
}

/// Placeholder.
#[proc_macro_derive(Query, attributes(query))]
pub fn query(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Query, input.into()).into()
}

/// Placeholder.
#[proc_macro_derive(View, attributes(view, key, index))]
pub fn view(input: TokenStream) -> TokenStream {
    expand::derive(Derive::View, input.into()).into()
}

/// Placeholder.
#[proc_macro_derive(ViewKey, attributes(view_key))]
pub fn view_key(input: TokenStream) -> TokenStream {
    expand::derive(Derive::ViewKey, input.into()).into()
}

/// Placeholder.
#[proc_macro_derive(AggregateId, attributes(aggregate_id))]
pub fn aggregate_id(input: TokenStream) -> TokenStream {
    expand::derive(Derive::AggregateId, input.into()).into()
}
