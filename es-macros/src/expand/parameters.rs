use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
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
    let mut lets = TokenStream::new();
    let mut arguments = TokenStream::new();
    for (index, Parameter { ty, lent }) in parameters.iter().enumerate() {
        let name = local(&format!("p{index}"));
        let place = ty.span();
        let (path, method) = (extractor.path(es, place), extractor.method(place));
        let mutable = (*lent == Lent::Mutable).then(|| quote!(mut));
        lets.extend(quote_spanned! {place=>
            let #mutable #name = <#ty as #path>::#method(#source)?;
        });
        arguments.extend(match lent {
            Lent::Owned => quote!(#name,),
            Lent::Shared => quote!(&#name,),
            Lent::Mutable => quote!(&mut #name,),
        });
    }
    (lets, arguments)
}

/// `|needs| { <T as FromContext>::needs(needs); … }`, which the start of the application asks.
pub(super) fn needs(parameters: &[Parameter], extractor: Extractor, es: &Paths) -> TokenStream {
    if parameters.is_empty() {
        return quote!(|_| {});
    }
    let needs = local("needs");
    let calls = parameters.iter().map(|Parameter { ty, .. }| {
        let path = extractor.path(es, ty.span());
        quote_spanned!(ty.span()=> <#ty as #path>::needs(#needs);)
    });
    quote!(|#needs| { #(#calls)* })
}

/// The parameter through which the extractors reach their source, if there are any.
pub(super) fn source(parameters: &[Parameter], name: &Ident) -> TokenStream {
    if parameters.is_empty() { quote!(_) } else { quote!(#name) }
}

/// A local of generated code, which no name of the user's can meet.
pub(super) fn local(name: &str) -> Ident {
    format_ident!("{name}", span = Span::mixed_site())
}
