//! Inner attributes that were used outside their block: one clear error, and the item as it was.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;

/// The attributes that mean something only inside a block.
pub(crate) const INNER: [&str; 6] = [
    "command_handler",
    "command_interceptor",
    "criteria",
    "event_sourcing_handler",
    "event_handler",
    "query_handler",
];

/// Gives the item back, with an error at the attribute that names the blocks it may stand in.
pub(crate) fn outside(name: &str, blocks: &[&str], item: TokenStream) -> TokenStream {
    let names: Vec<_> = blocks.iter().map(|block| format!("`#[{block}]`")).collect();
    let text = match names.as_slice() {
        [others @ .., last] if !others.is_empty() => format!(
            "`#[{name}]` works inside an `impl` block with {} or {last}; put the right one on the \
             impl",
            others.join(", ")
        ),
        _ => {
            let block = blocks.concat();
            format!(
                "`#[{name}]` works inside an `#[{block}] impl` block; put `#[{block}]` on the impl"
            )
        }
    };
    let error = syn::Error::new(Span::call_site(), text).into_compile_error();
    quote!(#item #error)
}

/// Removes inner attributes from tokens that could not be parsed.
///
/// Without it each of them would report, beside the syntax error, that it stands outside a block.
pub(crate) fn without_inner_attributes(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => match trees.peek() {
                Some(TokenTree::Group(group)) if is_inner(group) => drop(trees.next()),
                _ => out.extend([TokenTree::Punct(punct)]),
            },
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let mut inner =
                    Group::new(Delimiter::Brace, without_inner_attributes(group.stream()));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

fn is_inner(group: &Group) -> bool {
    let mut path = String::new();
    for tree in group.stream() {
        match tree {
            TokenTree::Ident(ident) => path = ident.to_string(),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            TokenTree::Group(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => break,
        }
    }
    group.delimiter() == Delimiter::Bracket && INNER.contains(&path.as_str())
}
