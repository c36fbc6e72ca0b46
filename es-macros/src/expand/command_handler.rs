use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::line_of;
use super::register::{Entry, List};
use crate::model::{
    AggregateBlock, CommandHandler, Lent, Parameter, Shape, WrittenError, relocate,
};
use crate::paths::Paths;

/// One command handler:
///
/// ```text
/// impl CommandOf<Order> for CancelOrder {
///     type Reply = ();
///     type Error = OrderError;
///     const CALL: Call<Order, Self, Self::Reply, Self::Error> =
///         Call::Sync(|slot, command, context| {
///             let state = slot.existing::<Self::Error>()?;
///             let p0 = <Metadata as FromContext>::from_context(context)?;
///             let decision = <Order>::cancel(state, Clone::clone(command), p0);
///             Decide::<Order, Result<OrderCancelled, OrderError>>::call(slot, decision)
///         });
/// }
/// ```
pub(super) fn expand(handler: &CommandHandler, block: &AggregateBlock) -> TokenStream {
    let AggregateBlock {
        paths: es, self_ty, ..
    } = block;
    let cfgs = &handler.cfgs;
    let command = &handler.command.ty;
    let place = command.span();
    let header = relocate(quote!(impl #es::command::CommandOf<#self_ty> for), place);
    let (reply, error) = answer(handler, block);
    let call = call(handler, block);
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        #header #command {
            type Reply = #reply;
            type Error = #error;
            const CALL: #es::command::Call<#self_ty, Self, Self::Reply, Self::Error> = #call;
        }
    }
}

/// Its registration: `CommandEntry::of::<Order, CancelOrder>(|needs| …, file!(), 12)`.
pub(super) fn entry(handler: &CommandHandler, block: &AggregateBlock) -> Entry {
    let AggregateBlock {
        paths: es, self_ty, ..
    } = block;
    let command = &handler.command.ty;
    let needs = needs(&handler.extractors, &quote!(#es::context::FromContext));
    let line = line_of(handler.span());
    let of = quote!(#es::registry::CommandEntry::of::<#self_ty, #command>);
    let of = relocate(of, command.span());
    let value = quote!(#of(#needs, ::core::file!(), #line));
    Entry {
        list: List::Commands,
        cfgs: handler.cfgs.clone(),
        value,
    }
}

/// The types `Reply` and `Error`.
fn answer(handler: &CommandHandler, block: &AggregateBlock) -> (TokenStream, TokenStream) {
    let AggregateBlock {
        paths: es, self_ty, ..
    } = block;
    let private = es.private();
    let output = &handler.output.ty;
    let place = output.span();
    if !handler.shape.returns_events() {
        let returned = relocate(quote!(as #es::aggregate::Returned), place);
        return (
            quote!(<#output #returned>::Reply),
            quote!(<#output #returned>::Error),
        );
    }
    let error = match &handler.output.error {
        WrittenError::Infallible => quote!(#private::Infallible),
        WrittenError::Named(error) => error.to_token_stream(),
        WrittenError::Hidden => {
            let decision = relocate(quote!(as #es::aggregate::Decision<#self_ty>), place);
            quote!(<#output #decision>::Error)
        }
    };
    (quote!(()), error)
}

fn call(handler: &CommandHandler, block: &AggregateBlock) -> TokenStream {
    let AggregateBlock {
        paths: es, self_ty, ..
    } = block;
    let private = es.private();
    let [slot, command, context, state, answer] =
        ["slot", "command", "context", "state", "answer"].map(local);
    let place = match handler.shape {
        Shape::Creates => quote!(#slot.vacant::<Self::Error>()?;),
        Shape::Decides => quote!(let #state = #slot.existing::<Self::Error>()?;),
        Shape::MayCreate => quote!(let #state = #slot.optional::<Self::Error>()?;),
        Shape::Root => quote!(let #state = #slot.existing_root::<Self::Error>()?;),
        Shape::Slot => quote!(let #state = #slot.usable::<Self::Error>()?;),
    };
    let (lets, arguments) = extract(&handler.extractors, es, &context);
    let state = (handler.shape != Shape::Creates).then(|| quote!(#state,));
    let payload = match handler.command.lent {
        Lent::Owned => quote!(::core::clone::Clone::clone(#command)),
        Lent::Shared | Lent::Mutable => quote!(#command),
    };
    let name = &handler.name;
    let awaited = handler.is_async.then(|| quote!(.await));
    let finish = finish(handler, block, &slot, &answer);
    let body = quote! {
        #place
        #lets
        let #answer = <#self_ty>::#name(#state #payload, #arguments) #awaited;
        #finish
    };
    let context = if handler.extractors.is_empty() {
        quote!(_)
    } else {
        quote!(#context)
    };
    if handler.is_async {
        let retry = handler.retry;
        // rustc reports a future that cannot move between threads at the block; the handler's name
        // is where the user can look.
        let future = quote_spanned!(name.span()=> async move { #body });
        quote! {
            #es::command::Call::Async {
                retry: #retry,
                call: |#slot, #command, #context| #private::Box::pin(#future),
            }
        }
    } else {
        quote!(#es::command::Call::Sync(|#slot, #command, #context| { #body }))
    }
}

/// Turns what the handler returned into the call's answer.
fn finish(
    handler: &CommandHandler,
    block: &AggregateBlock,
    slot: &Ident,
    answer: &Ident,
) -> TokenStream {
    let private = block.paths.private();
    let self_ty = &block.self_ty;
    let output = &handler.output.ty;
    if !handler.shape.returns_events() {
        return quote_spanned!(output.span()=> #private::returned(#answer));
    }
    match handler.output.error {
        // The leaves are checked one by one; a bound here would report each again.
        WrittenError::Infallible | WrittenError::Named(_) => {
            quote!(#private::Decide::<#self_ty, #output>::call(#slot, #answer))
        }
        WrittenError::Hidden => {
            quote_spanned!(output.span()=> #private::decide(#slot, #answer))
        }
    }
}

/// One `let` per parameter after the payload, and the arguments that lend them.
pub(super) fn extract(
    parameters: &[Parameter],
    es: &Paths,
    context: &Ident,
) -> (TokenStream, TokenStream) {
    extract_by(
        parameters,
        &quote!(#es::context::FromContext),
        "from_context",
        context,
    )
}

/// [`extract`] with another trait.
pub(super) fn extract_by(
    parameters: &[Parameter],
    extractor: &TokenStream,
    method: &str,
    source: &Ident,
) -> (TokenStream, TokenStream) {
    let mut lets = TokenStream::new();
    let mut arguments = TokenStream::new();
    let method = Ident::new(method, Span::call_site());
    for (index, Parameter { ty, lent }) in parameters.iter().enumerate() {
        let name = local(&format!("p{index}"));
        let place = ty.span();
        let from = relocate(quote!(<#ty as #extractor>::#method), place);
        let mutable = (*lent == Lent::Mutable).then(|| quote!(mut));
        lets.extend(quote!(let #mutable #name = #from(#source)?;));
        arguments.extend(match lent {
            Lent::Owned => quote!(#name,),
            Lent::Shared => quote!(&#name,),
            Lent::Mutable => quote!(&mut #name,),
        });
    }
    (lets, arguments)
}

/// `|needs| { <T as FromContext>::needs(needs); … }`.
pub(super) fn needs(parameters: &[Parameter], extractor: &TokenStream) -> TokenStream {
    if parameters.is_empty() {
        return quote!(|_| {});
    }
    let needs = local("needs");
    let calls = parameters.iter().map(|Parameter { ty, .. }| {
        relocate(quote!(<#ty as #extractor>::needs(#needs);), ty.span())
    });
    quote!(|#needs| { #(#calls)* })
}

/// A local of generated code, which no name of the user's can meet.
pub(super) fn local(name: &str) -> Ident {
    format_ident!("{name}", span = Span::mixed_site())
}

/// Asks each event that a handler names for its event-sourcing handler, once.
///
/// Only here is the bound checked, so a missing handler is exactly one error, at the event's token.
pub(super) fn leaves(block: &AggregateBlock) -> TokenStream {
    let AggregateBlock {
        paths: es, self_ty, ..
    } = block;
    let private = es.private();
    let mut seen: Vec<&Type> = block
        .sourcing
        .iter()
        .map(|handler| &handler.event)
        .collect();
    let mut checks = TokenStream::new();
    for handler in &block.commands {
        for leaf in &handler.output.leaves {
            if seen.contains(&leaf) {
                continue;
            }
            seen.push(leaf);
            let cfgs = &handler.cfgs;
            let check = relocate(quote!(#private::event_of::<#self_ty, #leaf>()), leaf.span());
            checks.extend(quote!(#(#cfgs)* const _: () = #check;));
        }
    }
    checks
}
