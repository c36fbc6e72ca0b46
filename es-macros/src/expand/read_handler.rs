use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::parameters::{Extractor, extract, local, needs, source};
use super::register::{Entry, List};
use super::{line_of, never_seen};
use crate::model::{Lent, ReadHandler, ReadKind, Written};
use crate::paths::Paths;

/// Whose handler it is.
pub(super) enum Owner<'a> {
    /// A method of this projection.
    Projection(&'a Type),
    /// A free function; the name of its processor.
    Function(String),
}

/// One event or query handler:
///
/// ```text
/// EventHandlerEntry::of::<OrderCreated>(
///     Some(TypeId::of::<OrderSummary>), <OrderSummary as Projection>::NAME,
///     "OrderSummary::on_created", |needs| …,
///     EventCall::Sync(|event, batch| {
///         let message = decode_message::<OrderCreated>(event)?;
///         let mut p0 = <Views<OrderSummary> as FromBatch>::from_batch(batch)?;
///         HandlerOutcome::outcome(
///             <OrderSummary>::on_created(&message, &mut p0)
///                 .map_err(|error| IntoFault::into_fault(error)),
///         )
///     }),
///     file!(), 9,
/// )
/// ```
pub(super) fn entry(handler: &ReadHandler, owner: &Owner<'_>, es: &Paths) -> Entry {
    let ReadHandler { kind, name, cfgs, message, .. } = handler;
    let ty = &message.ty;
    let place = ty.span();
    let es = es.at(place);
    let private = es.private();
    let (projection, owned_by, shown, function) = match owner {
        Owner::Projection(self_ty) => (
            quote!(#private::Some(#private::TypeId::of::<#self_ty>)),
            quote!(<#self_ty as #es::projection::Projection>::NAME),
            format!("{}::{name}", quote!(#self_ty)),
            quote_spanned!(handler.output.ty.span()=> <#self_ty>::#name),
        ),
        Owner::Function(processor) => {
            (quote!(#private::None), quote!(#processor), name.to_string(), quote!(#name))
        }
    };
    let needs = needs(&handler.extractors, extractor(handler), &es);
    let call = call(handler, &function, &es);
    let line = line_of(name.span());
    let (list, value) = match kind {
        ReadKind::Event => (List::EventHandlers, {
            let text = never_seen(ty);
            quote_spanned! {place=>
                {
                    ::core::assert!(!<#private::Facts<#ty>>::IS_UPCAST, #text);
                    #es::registry::EventHandlerEntry::of::<#ty>(
                        #projection, #owned_by, #shown, #needs, #call, ::core::file!(), #line,
                    )
                }
            }
        }),
        ReadKind::Query => (
            List::QueryHandlers,
            quote_spanned! {place=>
                #es::registry::QueryHandlerEntry::of::<#ty>(
                    #projection, #shown, #needs, #call, ::core::file!(), #line,
                )
            },
        ),
    };
    Entry { list, cfgs: cfgs.clone(), value }
}

fn extractor(handler: &ReadHandler) -> Extractor {
    if handler.is_async { Extractor::AsyncBatch } else { Extractor::Batch }
}

fn call(handler: &ReadHandler, function: &TokenStream, es: &Paths) -> TokenStream {
    let [origin, batch, message] = ["origin", "batch", "message"].map(local);
    let (lets, arguments) = extract(&handler.extractors, extractor(handler), es, &batch);
    let (decoded, payload) = payload(handler, &origin, &message, es);
    let awaited = handler.is_async.then(|| quote!(.await));
    let output = handler.output.ty.span();
    let failed = failed(handler, es);
    let result = quote_spanned!(output=> #function(#payload, #arguments) #awaited #failed);
    let (variants, finish) = match handler.kind {
        ReadKind::Event => {
            let es = es.at(output);
            let outcome = quote_spanned! {output=>
                #es::projection::HandlerOutcome::outcome(#result)
            };
            (quote!(#es::projection::EventCall), outcome)
        }
        ReadKind::Query => {
            let ty = &handler.message.ty;
            let private = es.at(output).private();
            let answered = quote_spanned!(output=> <#private::Answered<#ty>>::with::<_>(#result));
            (quote!(#es::query::QueryCall), answered)
        }
    };
    let batch = source(&handler.extractors, &batch);
    let body = quote!(#decoded #lets #finish);
    if handler.is_async {
        let place = handler.name.span();
        let private = es.at(place).private();
        let future = quote_spanned!(place=> #private::Box::pin(async move { #body }));
        quote!(#variants::Async(|#origin, #batch| #future))
    } else {
        quote!(#variants::Sync(|#origin, #batch| { #body }))
    }
}

/// Converts the error of a written `Result` where it is written: one that is no error is reported
/// there.
// Of events only: a query may be answered with a `Result`, whose error is no failure.
fn failed(handler: &ReadHandler, es: &Paths) -> Option<TokenStream> {
    let (ReadKind::Event, Written::Result { error, .. }) = (&handler.kind, &handler.output.written)
    else {
        return None;
    };
    let place = error.span();
    let private = es.at(place).private();
    // With the function's name in place of the closure it would be reported twice, and with a
    // `Span::mixed_site()` at the attribute; the closure sees nothing of the user's.
    Some(quote_spanned!(place=> .map_err(|__error| #private::IntoFault::into_fault(__error))))
}

/// Decodes the event, or finds the query; and how it is handed over.
fn payload(
    handler: &ReadHandler,
    origin: &Ident,
    message: &Ident,
    es: &Paths,
) -> (TokenStream, TokenStream) {
    let ty = &handler.message.ty;
    let place = ty.span();
    let private = es.at(place).private();
    let is_owned = handler.message.lent == Lent::Owned;
    match handler.kind {
        ReadKind::Event => {
            let payload = if is_owned { quote!(#message) } else { quote!(&#message) };
            let decode = quote_spanned!(place=> #private::decode_message::<#ty>(#origin)?);
            (quote!(let #message = #decode;), payload)
        }
        ReadKind::Query => {
            let payload = if is_owned {
                quote_spanned!(place=> <#ty as #private::TakenByValue>::taken(#message))
            } else {
                quote!(#message)
            };
            let find = quote_spanned!(place=> #private::query_of::<#ty>(#origin)?);
            (quote!(let #message = #find;), payload)
        }
    }
}
