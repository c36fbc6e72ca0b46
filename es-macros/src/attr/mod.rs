//! Arguments of attributes: `key`, `key = value`, `key(..)`.

mod aggregate;
mod boundary;
mod field;
mod free_command;
mod handler;
mod member;
mod message;
mod projection;
mod snapshot;

pub(crate) use aggregate::{BlockArguments, StructArguments};
pub(crate) use boundary::BoundaryArguments;
pub(crate) use field::{MarkedField, marked_field, marked_fields};
pub(crate) use free_command::FreeCommandArguments;
pub(crate) use handler::{CommandArguments, FreeArguments, SourcingArguments};
pub(crate) use member::MemberArguments;
pub(crate) use message::MessageArguments;
pub(crate) use projection::ProjectionArguments;
pub(crate) use snapshot::SnapshotArguments;

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Meta, Token};

use crate::diag::Errors;

/// Reads the arguments of the attribute `owner` (as error texts show it), giving each to `each`
/// by its key.
///
/// Unknown and repeated keys are errors at the key. After an error in a value the rest is left
/// unread: where the next argument starts would be a guess.
pub(crate) fn arguments(
    tokens: TokenStream,
    owner: &str,
    known: &[&str],
    errors: &mut Errors,
    mut each: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) {
    let mut seen: Vec<String> = vec![];
    let result = (|input: ParseStream<'_>| -> syn::Result<()> {
        while !input.is_empty() {
            let key = Ident::parse_any(input)?;
            let name = key.to_string();
            if !known.contains(&name.as_str()) {
                return Err(syn::Error::new_spanned(&key, unknown(&name, owner, known)));
            }
            if seen.contains(&name) {
                return Err(syn::Error::new_spanned(&key, format!("`{name}` is given twice")));
            }
            each(&key, input)?;
            seen.push(name);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    })
    .parse2(tokens);
    errors.ok(result);
}

fn unknown(name: &str, owner: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return format!("unknown argument `{name}`; {owner} takes none");
    }
    let list = known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
    format!("unknown argument `{name}`; {owner} takes {list}")
}

/// Reads the `= value` after a key.
pub(crate) fn assigned<T: Parse>(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<T> {
    let text = format!("`{key}` needs a value: `{example}`");
    if !input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(key, text));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() {
        return Err(syn::Error::new_spanned(key, text));
    }
    input.parse::<T>().map_err(|error| {
        syn::Error::new(error.span(), format!("expected a value of this form: `{example}`"))
    })
}

/// Reads `= "name"` as a stored name.
pub(crate) fn stored_name(key: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    let literal: LitStr = assigned(key, input, "name = \"…\"")?;
    checked_name(&literal)?;
    Ok(literal)
}

/// Refuses what cannot be a stored name.
pub(crate) fn checked_name(literal: &LitStr) -> syn::Result<()> {
    let name = literal.value();
    let problem = if name.is_empty() {
        "a stored name is not empty"
    } else if name.len() > 255 {
        "a stored name has at most 255 bytes"
    } else if name.chars().any(char::is_control) {
        "a stored name holds no control characters"
    } else {
        return Ok(());
    };
    Err(syn::Error::new_spanned(literal, problem))
}

/// Reads the list after a key, `key(A, B)`.
pub(crate) fn listed<T: Parse>(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<Vec<T>> {
    let text = format!("`{key}` needs a list: `{example}`");
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(key, text));
    }
    let list;
    syn::parenthesized!(list in input);
    let items = Punctuated::<T, Token![,]>::parse_terminated(&list).map_err(|error| {
        syn::Error::new(error.span(), format!("expected a list of this form: `{example}`"))
    })?;
    if items.is_empty() {
        return Err(syn::Error::new_spanned(key, text));
    }
    Ok(items.into_iter().collect())
}

/// The tokens inside an attribute's parentheses; nothing for a bare `#[name]`.
pub(crate) fn inside(attribute: &Attribute, errors: &mut Errors) -> TokenStream {
    match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            errors.push(pair, "arguments stand in parentheses: `#[name(key = value)]`");
            TokenStream::new()
        }
    }
}

/// Whether the attribute's path ends in `name`, so that `#[es_core::command_handler]` counts too.
pub(crate) fn is_named(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// The `#[cfg(..)]` attributes, which go onto everything generated for the item.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|a| a.path().is_ident("cfg")).cloned().collect()
}
