use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::model::{Lent, Parameter};
use crate::paths::Paths;

/// The trait that gives a handler its parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extractor {
    /// In a command handler.
    Context,
    /// In a plain `fn` handler of events or queries.
    Batch,
    /// In an `async fn` of these, which cannot hold what works on the batch's thread.
    AsyncBatch,
}

impl Extractor {
    fn path(self, es: &Paths, place: Span) -> TokenStream {
        let es = es.at(place);
        match self {
            Self::Context => quote_spanned!(place=> #es::context::FromContext),
            Self::Batch => quote_spanned!(place=> #es::projection::FromBatch),
            Self::AsyncBatch => quote_spanned!(place=> #es::projection::FromBatchAsync),
        }
    }

    fn method(self, place: Span) -> Ident {
        let name = if self == Self::Context { "from_context" } else { "from_batch" };
        Ident::new(name, place)
    }
}

/// One `let` per parameter after the payload, and the arguments that lend them.
pub(super) fn extract(
    parameters: &[Parameter],
    extractor: Extractor,
    es: &Paths,
    source: &Ident,
) -> (TokenStream, TokenStream) {
    lend(parameters, |parameter| extracted(&parameter.ty, extractor, es, source))
}

/// The same, with values that `value` gives.
pub(super) fn lend(
    parameters: &[Parameter],
    value: impl Fn(&Parameter) -> TokenStream,
) -> (TokenStream, TokenStream) {
    let mut lets = TokenStream::new();
    let mut arguments = TokenStream::new();
    for (index, parameter) in parameters.iter().enumerate() {
        let name = local(&format!("p{index}"));
        let value = value(parameter);
        let mutable = (parameter.lent == Lent::Mutable).then(|| quote!(mut));
        lets.extend(quote_spanned!(parameter.ty.span()=> let #mutable #name = #value;));
        arguments.extend(match parameter.lent {
            Lent::Owned => quote!(#name,),
            Lent::Shared => quote!(&#name,),
            Lent::Mutable => quote!(&mut #name,),
        });
    }
    (lets, arguments)
}

/// `<T as FromContext>::from_context(context)?`
pub(super) fn extracted(
    ty: &Type,
    extractor: Extractor,
    es: &Paths,
    source: &Ident,
) -> TokenStream {
    let place = ty.span();
    let (path, method) = (extractor.path(es, place), extractor.method(place));
    quote_spanned!(place=> <#ty as #path>::#method(#source)?)
}

/// `|needs| { <T as FromContext>::needs(needs); … }`, which the start of the application asks.
pub(super) fn needs<'a>(
    parameters: impl IntoIterator<Item = &'a Parameter>,
    extractor: Extractor,
    es: &Paths,
) -> TokenStream {
    let mut parameters = parameters.into_iter().peekable();
    if parameters.peek().is_none() {
        return quote!(|_| {});
    }
    let needs = local("needs");
    let calls = parameters.map(|Parameter { ty, .. }| needed(ty, extractor, es, &needs));
    quote!(|#needs| { #(#calls)* })
}

/// `<T as FromContext>::needs(needs);`
pub(super) fn needed(ty: &Type, extractor: Extractor, es: &Paths, needs: &Ident) -> TokenStream {
    let path = extractor.path(es, ty.span());
    quote_spanned!(ty.span()=> <#ty as #path>::needs(#needs);)
}

/// The parameter through which the extractors reach their source, if there are any.
pub(super) fn source(parameters: &[Parameter], name: &Ident) -> TokenStream {
    if parameters.is_empty() { quote!(_) } else { quote!(#name) }
}

/// A local of generated code, which no name of the user's can meet.
pub(super) fn local(name: &str) -> Ident {
    format_ident!("{name}", span = Span::mixed_site())
}
