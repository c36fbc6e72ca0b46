use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::line_of;
use super::parameters::{Extractor, extract, local, needs, source};
use super::register::{Entry, List};
use crate::model::{AggregateBlock, CommandHandler, Lent, Shape, Written};

/// One command handler:
///
/// ```text
/// impl CommandOf<Order> for CancelOrder {
///     type Reply = ();
///     type Error = OrderError;
///     const CALL: Call<Order, Self, (), OrderError> = Call::Sync(|slot, command, context| {
///         let state = slot.existing::<OrderError>()?;
///         let p0 = <Metadata as FromContext>::from_context(context)?;
///         let answer = <Order>::cancel(state, Clone::clone(command), p0);
///         Decide::<Order, Result<OrderCancelled, OrderError>>::call(slot, answer)
///     });
/// }
/// ```
// The types are written out wherever they occur: `Self::Error` would ask for the whole trait, and
// report once more whatever is wrong with the command.
pub(super) fn expand(handler: &CommandHandler, block: &AggregateBlock) -> TokenStream {
    let self_ty = &block.self_ty;
    let cfgs = &handler.cfgs;
    let command = &handler.command.ty;
    let place = command.span();
    let es = block.paths.at(place);
    let (reply, error) = answer(handler, block);
    let call = call(handler, block, &error);
    quote_spanned! {place=>
        #(#cfgs)*
        #[automatically_derived]
        impl #es::command::CommandOf<#self_ty> for #command {
            type Reply = #reply;
            type Error = #error;
            const CALL: #es::command::Call<#self_ty, Self, #reply, #error> = #call;
        }
    }
}

/// Its registration: `CommandEntry::of::<Order, CancelOrder>(|needs| …, file!(), 12)`.
pub(super) fn entry(handler: &CommandHandler, block: &AggregateBlock) -> Entry {
    let self_ty = &block.self_ty;
    let command = &handler.command.ty;
    let place = command.span();
    let es = block.paths.at(place);
    let needs = needs(&handler.extractors, Extractor::Context, &es);
    let line = line_of(handler.span());
    let value = quote_spanned! {place=>
        #es::registry::CommandEntry::of::<#self_ty, #command>(#needs, ::core::file!(), #line)
    };
    Entry { list: List::Commands, cfgs: handler.cfgs.clone(), value }
}

/// The types `Reply` and `Error`.
fn answer(handler: &CommandHandler, block: &AggregateBlock) -> (TokenStream, TokenStream) {
    let self_ty = &block.self_ty;
    let output = &handler.output.ty;
    let place = output.span();
    let es = block.paths.at(place);
    let returns_events = handler.shape.returns_events();
    match &handler.output.written {
        Written::Plain => {
            let private = es.private();
            (quote_spanned!(place=> ()), quote_spanned!(place=> #private::Infallible))
        }
        Written::Result { error, .. } if returns_events => (quote!(()), error.to_token_stream()),
        Written::Result { ok, error } => (ok.to_token_stream(), error.to_token_stream()),
        Written::Hidden if returns_events => {
            let decision = quote_spanned!(place=> #es::aggregate::Decision<#self_ty>);
            (quote!(()), quote_spanned!(place=> <#output as #decision>::Error))
        }
        Written::Hidden => {
            let returned = quote_spanned!(place=> #es::aggregate::Returned);
            (
                quote_spanned!(place=> <#output as #returned>::Reply),
                quote_spanned!(place=> <#output as #returned>::Error),
            )
        }
    }
}

fn call(handler: &CommandHandler, block: &AggregateBlock, error: &TokenStream) -> TokenStream {
    let CommandHandler { name, shape, extractors, retry, .. } = handler;
    let self_ty = &block.self_ty;
    let es = block.paths.at(name.span());
    let private = es.private();
    let [slot, command, context, state, answer] =
        ["slot", "command", "context", "_state", "answer"].map(local);
    let method = match shape {
        Shape::Creates => "vacant",
        Shape::Decides => "existing",
        Shape::MayCreate => "optional",
        Shape::Root => "existing_root",
        Shape::Slot => "usable",
    };
    let method = Ident::new(method, name.span());
    let (lets, arguments) = extract(extractors, Extractor::Context, &es, &context);
    let lent = (*shape != Shape::Creates).then(|| quote!(#state,));
    let payload = match handler.command.lent {
        Lent::Owned => quote!(::core::clone::Clone::clone(#command)),
        Lent::Shared | Lent::Mutable => quote!(#command),
    };
    let awaited = handler.is_async.then(|| quote!(.await));
    let finish = finish(handler, block, &slot, &answer);
    let body = quote_spanned! {name.span()=>
        let #state = #slot.#method::<#error>()?;
        #lets
        let #answer = <#self_ty>::#name(#lent #payload, #arguments) #awaited;
        #finish
    };
    let context = source(extractors, &context);
    if handler.is_async {
        // rustc reports a future that cannot move between threads at the box around it; the
        // handler's name is where the user can look.
        quote_spanned! {name.span()=>
            #es::command::Call::Async {
                retry: #retry,
                call: |#slot, #command, #context| #private::Box::pin(async move { #body }),
            }
        }
    } else {
        quote_spanned! {name.span()=>
            #es::command::Call::Sync(|#slot, #command, #context| { #body })
        }
    }
}

/// Turns what the handler returned into the call's answer.
fn finish(
    handler: &CommandHandler,
    block: &AggregateBlock,
    slot: &Ident,
    answer: &Ident,
) -> TokenStream {
    let self_ty = &block.self_ty;
    let output = &handler.output.ty;
    let place = output.span();
    let private = block.paths.at(place).private();
    match (&handler.output.written, handler.shape.returns_events()) {
        // What is written was checked on its own; a bound here would report it again.
        (Written::Plain | Written::Result { .. }, true) => {
            quote_spanned!(place=> #private::Decide::<#self_ty, #output>::call(#slot, #answer))
        }
        (Written::Plain | Written::Result { .. }, false) => {
            quote_spanned!(place=> #private::Finish::<#output>::call(#answer))
        }
        (Written::Hidden, true) => quote_spanned!(place=> #private::decide(#slot, #answer)),
        (Written::Hidden, false) => quote_spanned!(place=> #private::returned(#answer)),
    }
}

/// Asks each event that a handler names for its event-sourcing handler, once.
///
/// Only here is the bound checked, so a missing handler is exactly one error, at the event's token.
pub(super) fn leaves(block: &AggregateBlock) -> TokenStream {
    let self_ty = &block.self_ty;
    let mut seen: Vec<&Type> = block.sourcing.iter().map(|handler| &handler.event).collect();
    let mut checks = TokenStream::new();
    for handler in &block.commands {
        for leaf in &handler.output.leaves {
            if seen.contains(&leaf) {
                continue;
            }
            seen.push(leaf);
            let cfgs = &handler.cfgs;
            let private = block.paths.at(leaf.span()).private();
            checks.extend(quote_spanned! {leaf.span()=>
                #(#cfgs)*
                const _: () = #private::event_of::<#self_ty, #leaf>();
            });
        }
    }
    checks
}
