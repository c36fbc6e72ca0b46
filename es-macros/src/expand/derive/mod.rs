//! The derives.

mod aggregate_id;
mod command;
mod event;
mod lineage;
mod query;
mod state;
mod view;
mod view_key;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

use super::traced;
use crate::diag::Errors;

/// Which derive.
#[derive(Clone, Copy)]
pub(crate) enum Derive {
    AggregateId,
    Command,
    Event,
    Query,
    State,
    View,
    ViewKey,
}

/// Expands one derive; the item itself is not part of a derive's output.
pub(crate) fn derive(which: Derive, input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let generated = errors.ok(syn::parse2::<DeriveInput>(input)).map(|input| {
        let generated = match which {
            Derive::AggregateId => aggregate_id::expand(&input, &mut errors),
            Derive::Command => command::expand(&input, &mut errors),
            Derive::Event => event::expand(&input, &mut errors),
            Derive::Query => query::expand(&input, &mut errors),
            Derive::State => state::expand(&input, &mut errors),
            Derive::View => view::expand(&input, &mut errors),
            Derive::ViewKey => view_key::expand(&input, &mut errors),
        };
        traced(&input.ident.to_string(), generated)
    });
    let errors = errors.into_compile_errors();
    quote!(#generated #errors)
}

/// Refuses type parameters: a message has one name, and its registration is a static.
fn refuse_generics(input: &DeriveInput, what: &str, errors: &mut Errors) -> bool {
    let generic = !input.generics.params.is_empty();
    if generic {
        errors.push(
            &input.generics,
            format!("{what} cannot be generic: its stored name stands for one type"),
        );
    }
    generic
}

/// The fields of a struct; an enum or union is an error.
fn fields_of<'a>(input: &'a DeriveInput, derive: &str, errors: &mut Errors) -> Option<&'a Fields> {
    match &input.data {
        Data::Struct(data) => Some(&data.fields),
        Data::Enum(_) | Data::Union(_) => {
            errors.push(&input.ident, format!("`#[derive({derive})]` goes on a struct"));
            None
        }
    }
}
