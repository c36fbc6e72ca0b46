use proc_macro2::TokenStream;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Ident, Path, Token, Type, parenthesized, token};

use super::{arguments, assigned};
use crate::diag::Errors;

/// `#[aggregate_member(..)]` on a struct and on its impl blocks.
#[derive(Default)]
pub(crate) struct MemberArguments {
    pub(crate) krate: Option<Path>,
    /// `of = Order`: the aggregate or member that has it.
    pub(crate) of: Option<Type>,
    /// `key = line_id`, `key = (line_id, part_id)`: the fields that lead to it, the innermost
    /// last; `None` for a level without a key, `_`.
    pub(crate) keys: Vec<Option<Ident>>,
}

impl MemberArguments {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let before = errors.len();
        let mut read = Self::default();
        let owner = "`#[aggregate_member]`";
        arguments(tokens, owner, &["of", "key", "crate"], errors, |key, input| {
            match key.to_string().as_str() {
                "of" => read.of = Some(assigned(key, input, "of = Order")?),
                "key" => read.keys = keys(input)?,
                _ => read.krate = Some(assigned(key, input, "crate = my::es_core")?),
            }
            Ok(())
        });
        if read.of.is_none() && errors.len() == before {
            errors.add(syn::Error::new(
                proc_macro2::Span::call_site(),
                "a member belongs to an aggregate; write `#[aggregate_member(of = Order)]`",
            ));
        }
        // A member without a key is a level of its own.
        if read.keys.is_empty() {
            read.keys.push(None);
        }
        read
    }
}

fn keys(input: ParseStream<'_>) -> syn::Result<Vec<Option<Ident>>> {
    input.parse::<Token![=]>()?;
    if !input.peek(token::Paren) {
        return Ok(vec![one(input)?]);
    }
    let list;
    parenthesized!(list in input);
    Ok(Punctuated::<_, Token![,]>::parse_terminated_with(&list, one)?.into_iter().collect())
}

fn one(input: ParseStream<'_>) -> syn::Result<Option<Ident>> {
    if input.parse::<Option<Token![_]>>()?.is_some() {
        return Ok(None);
    }
    input.parse().map(Some).map_err(|error| {
        let text = "expected the name of a field: `key = line_id`, or `key = (line_id, part_id)`";
        syn::Error::new(error.span(), text)
    })
}
