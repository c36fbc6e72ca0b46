//! From the model to tokens. The user's item always goes out again, whatever was wrong with it.

mod aggregate;
mod block;
mod boundary;
mod command_handler;
mod derive;
mod event_sourcing;
mod fault;
mod free;
mod free_command;
mod interceptor;
mod member;
mod member_command;
mod members;
mod parameters;
mod projection;
mod read_handler;
mod register;
mod siblings;
mod snapshot;
mod stub;
mod unmarked;
mod unstored;

pub(crate) use derive::{Derive, derive};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Token, Visibility};

use crate::attr::{cfgs, is_named};
use crate::diag::Errors;
use crate::light::LightImpl;
use crate::model::{ReadKind, last_ident};
use crate::outside::{INNER, without_inner_attributes};

/// `#[aggregate]`: on a struct or on an impl block.
pub(crate) fn aggregate(arguments: TokenStream, item: TokenStream) -> TokenStream {
    match kind_of(&item) {
        Kind::Impl => on_impl(item, |block, errors| block::expand(arguments, block, errors)),
        Kind::Struct => aggregate::expand(arguments, item),
        Kind::Other => refused(item, "`#[aggregate]` goes on a struct and on its `impl` blocks"),
    }
}

/// `#[aggregate_member]`: on a struct or on an impl block.
pub(crate) fn aggregate_member(arguments: TokenStream, item: TokenStream) -> TokenStream {
    match kind_of(&item) {
        Kind::Impl => on_impl(item, |block, errors| block::expand_member(arguments, block, errors)),
        Kind::Struct => member::on_struct(arguments, item),
        Kind::Other => {
            refused(item, "`#[aggregate_member]` goes on a struct and on its `impl` blocks")
        }
    }
}

/// `#[projection]` on an impl block.
pub(crate) fn projection(arguments: TokenStream, item: TokenStream) -> TokenStream {
    match kind_of(&item) {
        Kind::Impl => on_impl(item, |block, errors| projection::expand(arguments, block, errors)),
        Kind::Struct | Kind::Other => {
            refused(item, "`#[projection]` goes on an `impl` block with event or query handlers")
        }
    }
}

/// `#[boundary]` on an impl block.
pub(crate) fn boundary(arguments: TokenStream, item: TokenStream) -> TokenStream {
    match kind_of(&item) {
        Kind::Impl => on_impl(item, |block, errors| boundary::expand(arguments, block, errors)),
        Kind::Struct | Kind::Other => {
            refused(item, "`#[boundary]` goes on an `impl` block with criteria and handlers")
        }
    }
}

/// `#[command_handler]` on a free function.
pub(crate) fn command_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    free_command::expand(arguments, item)
}

/// `#[event_handler]` on a free function.
pub(crate) fn event_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    free::expand(ReadKind::Event, "event_handler", arguments, item)
}

/// `#[query_handler]` on a free function.
pub(crate) fn query_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    free::expand(ReadKind::Query, "query_handler", arguments, item)
}

enum Kind {
    Struct,
    Impl,
    Other,
}

fn kind_of(item: &TokenStream) -> Kind {
    let peek = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        let kind = if input.peek(Token![struct]) {
            Kind::Struct
        } else if input.peek(Token![impl]) {
            Kind::Impl
        } else {
            Kind::Other
        };
        input.parse::<TokenStream>()?;
        Ok(kind)
    };
    peek.parse2(item.clone()).unwrap_or(Kind::Other)
}

/// Parses a block, gives it back without its inner attributes, and after it what was generated.
fn on_impl(
    item: TokenStream,
    generate: impl FnOnce(&mut LightImpl, &mut Errors) -> TokenStream,
) -> TokenStream {
    match syn::parse2::<LightImpl>(item.clone()) {
        Ok(mut block) => {
            let mut errors = Errors::default();
            let uses = uses(&block);
            let name = last_ident(&block.self_ty).map(ToString::to_string).unwrap_or_default();
            let generated = traced(&name, generate(&mut block, &mut errors));
            let errors = errors.into_compile_errors();
            quote!(#block #uses #generated #errors)
        }
        Err(error) => {
            let item = without_inner_attributes(item);
            let error = error.into_compile_error();
            quote!(#item #error)
        }
    }
}

/// Uses the block's inner attributes by the paths that the user wrote.
///
/// They are taken away before rustc could resolve them: without this an explicit import of them
/// would be reported as unused, and an editor would find nothing behind them.
fn uses(block: &LightImpl) -> TokenStream {
    let mut seen: Vec<String> = vec![];
    let mut uses = TokenStream::new();
    for method in block.methods() {
        let cfgs = cfgs(&method.attrs);
        for attribute in method.attrs.iter().filter(|a| INNER.iter().any(|name| is_named(a, name)))
        {
            let path = attribute.path();
            let one = quote!(#(#cfgs)* use #path as _;);
            let text = one.to_string();
            if !seen.contains(&text) {
                seen.push(text);
                uses.extend(one);
            }
        }
    }
    if seen.is_empty() { uses } else { hidden(uses) }
}

/// Gives an item back with one error at the attribute.
fn refused(item: TokenStream, text: &str) -> TokenStream {
    let item = without_inner_attributes(item);
    let error = syn::Error::new(Span::call_site(), text).into_compile_error();
    quote!(#item #error)
}

/// Prints what was generated for the type that `ES_MACROS_DEBUG` names.
fn traced(name: &str, generated: TokenStream) -> TokenStream {
    if std::env::var("ES_MACROS_DEBUG").is_ok_and(|wanted| wanted == name) {
        eprintln!("{generated}");
    }
    generated
}

/// Wraps generated items so that no name of theirs is seen outside.
fn hidden(items: impl ToTokens) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(
            deprecated, unreachable_patterns, unused_imports, unused_qualifications,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
        const _: () = { #items };
    }
}

/// The line of a token in the user's source.
fn line_of(span: Span) -> u32 {
    u32::try_from(span.unwrap().line()).unwrap_or_default()
}

/// What is said at a handler whose event is upcast into others.
fn never_seen(event: &syn::Type) -> String {
    format!(
        "`{}` is upcast into other events before a handler sees it; handle those of its \
         `upcast_into`",
        quote!(#event)
    )
}
