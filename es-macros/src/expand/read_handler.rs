use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::command_handler::{extract_by, local, needs};
use super::line_of;
use super::register::{Entry, List};
use crate::model::{Lent, ReadHandler, ReadKind, relocate};
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
///         HandlerOutcome::outcome(<OrderSummary>::on_created(&message, &mut p0))
///     }),
///     file!(), 9,
/// )
/// ```
pub(super) fn entry(handler: &ReadHandler, owner: &Owner<'_>, es: &Paths) -> Entry {
    let private = es.private();
    let ReadHandler {
        kind,
        name,
        cfgs,
        message,
        ..
    } = handler;
    let ty = &message.ty;
    let (projection, owned_by, shown, function) = match owner {
        Owner::Projection(self_ty) => (
            quote!(#private::Some(#private::TypeId::of::<#self_ty>)),
            quote!(<#self_ty as #es::projection::Projection>::NAME),
            format!("{}::{name}", quote!(#self_ty)),
            quote!(<#self_ty>::#name),
        ),
        Owner::Function(processor) => (
            quote!(#private::None),
            quote!(#processor),
            name.to_string(),
            quote!(#name),
        ),
    };
    let extractor = extractor(handler, es);
    let needs = needs(&handler.extractors, &extractor);
    let call = call(handler, &function, &extractor, es);
    let line = line_of(name.span());
    let source = quote!(::core::file!(), #line);
    let (list, value) = match kind {
        ReadKind::Event => {
            let of = relocate(
                quote!(#es::registry::EventHandlerEntry::of::<#ty>),
                ty.span(),
            );
            (
                List::EventHandlers,
                quote!(#of(#projection, #owned_by, #shown, #needs, #call, #source)),
            )
        }
        ReadKind::Query => {
            let of = relocate(
                quote!(#es::registry::QueryHandlerEntry::of::<#ty>),
                ty.span(),
            );
            (
                List::QueryHandlers,
                quote!(#of(#projection, #shown, #needs, #call, #source)),
            )
        }
    };
    Entry {
        list,
        cfgs: cfgs.clone(),
        value,
    }
}

/// The trait that gives the parameters. An `async fn` cannot hold what works on the batch's thread.
fn extractor(handler: &ReadHandler, es: &Paths) -> TokenStream {
    if handler.is_async {
        quote!(#es::projection::FromBatchAsync)
    } else {
        quote!(#es::projection::FromBatch)
    }
}

fn call(
    handler: &ReadHandler,
    function: &TokenStream,
    extractor: &TokenStream,
    es: &Paths,
) -> TokenStream {
    let private = es.private();
    let [source, batch, message] = ["source", "batch", "message"].map(local);
    let (lets, arguments) = extract_by(&handler.extractors, extractor, "from_batch", &batch);
    let (decoded, payload) = payload(handler, &source, &message, es);
    let awaited = handler.is_async.then(|| quote!(.await));
    let output = handler.output.ty.span();
    let result = quote!(#function(#payload, #arguments) #awaited);
    let (variants, finish) = match handler.kind {
        ReadKind::Event => (
            quote!(#es::projection::EventCall),
            relocate(quote!(#es::projection::HandlerOutcome::outcome), output),
        ),
        ReadKind::Query => {
            let ty = &handler.message.ty;
            (
                quote!(#es::query::QueryCall),
                relocate(quote!(#private::answered::<#ty, _>), output),
            )
        }
    };
    let body = quote!(#decoded #lets #finish(#result));
    let batch = if handler.extractors.is_empty() {
        quote!(_)
    } else {
        quote!(#batch)
    };
    if handler.is_async {
        let future = quote_spanned!(handler.name.span()=> async move { #body });
        quote!(#variants::Async(|#source, #batch| #private::Box::pin(#future)))
    } else {
        quote!(#variants::Sync(|#source, #batch| { #body }))
    }
}

/// Decodes the event, or finds the query; and how it is handed over.
fn payload(
    handler: &ReadHandler,
    source: &Ident,
    message: &Ident,
    es: &Paths,
) -> (TokenStream, TokenStream) {
    let private = es.private();
    let ty = &handler.message.ty;
    let is_owned = handler.message.lent == Lent::Owned;
    match handler.kind {
        ReadKind::Event => {
            let decode = relocate(quote!(#private::decode_message::<#ty>), ty.span());
            let payload = if is_owned {
                quote!(#message)
            } else {
                quote!(&#message)
            };
            (quote!(let #message = #decode(#source)?;), payload)
        }
        ReadKind::Query => {
            let find = relocate(quote!(#private::query_of::<#ty>), ty.span());
            let payload = if is_owned {
                let taken = relocate(quote!(<#ty as #private::TakenByValue>::taken), ty.span());
                quote!(#taken(#message))
            } else {
                quote!(#message)
            };
            (quote!(let #message = #find(#source)?;), payload)
        }
    }
}
