use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::command_handler::local;
use super::line_of;
use super::register::{Entry, List};
use crate::model::{AggregateBlock, Effect, SourcingHandler, relocate};

/// The event side of the aggregate: one `EventOf` per handler, and `EventSourced`.
pub(super) fn expand(block: &AggregateBlock) -> TokenStream {
    let sourcing = &block.sourcing;
    let first = first_state(block);
    let events = sourcing
        .iter()
        .map(|handler| event_of(handler, block, first.is_some()));
    let sourced = event_sourced(block);
    let names = unique_names(block);
    quote!(#first #(#events)* #sourced #names)
}

/// Its registration: `AggregateEntry::of::<Order>(file!(), 30)`.
pub(super) fn entry(block: &AggregateBlock) -> Entry {
    let AggregateBlock {
        paths: es, self_ty, ..
    } = block;
    let line = line_of(self_ty.span());
    let of = relocate(
        quote!(#es::registry::AggregateEntry::of::<#self_ty>),
        self_ty.span(),
    );
    let value = quote!(#of(::core::file!(), #line));
    Entry {
        list: List::Aggregates,
        cfgs: vec![],
        value,
    }
}

/// `Default` is asked for only where no handler creates, and only once.
fn first_state(block: &AggregateBlock) -> Option<TokenStream> {
    let AggregateBlock {
        paths: es,
        self_ty,
        sourcing,
        ..
    } = block;
    if !sourcing
        .iter()
        .all(|handler| handler.effect == Effect::Evolves)
    {
        return None;
    }
    let private = es.private();
    let first = relocate(
        quote!(<#self_ty as #private::FirstState>::first()),
        self_ty.span(),
    );
    Some(quote!(fn first_state() -> #self_ty { #first }))
}

/// One event-sourcing handler:
///
/// ```text
/// impl EventOf<Order> for OrderCancelled {
///     const DELETES: bool = false;
///     fn evolve(&self, state: &mut Order) -> Result<(), Fault> {
///         <Order>::on_cancelled(state, self);
///         Ok(())
///     }
/// }
/// ```
fn event_of(
    handler: &SourcingHandler,
    block: &AggregateBlock,
    starts_from_default: bool,
) -> TokenStream {
    let AggregateBlock {
        paths: es, self_ty, ..
    } = block;
    let private = es.private();
    let SourcingHandler {
        name,
        cfgs,
        event,
        effect,
        deletes,
    } = handler;
    let state = local("state");
    let header = relocate(
        quote!(impl #es::aggregate::EventOf<#self_ty> for),
        event.span(),
    );
    let result = quote!(#private::Result);
    let fault = quote!(#es::fault::Fault);
    let create = |body: TokenStream| {
        quote! {
            const CREATES: bool = true;
            fn create(&self) -> #result<#self_ty, #fault> { #body }
        }
    };
    let evolve = quote! {
        fn evolve(&self, #state: &mut #self_ty) -> #result<(), #fault> {
            <#self_ty>::#name(#state, self);
            #private::Ok(())
        }
    };
    let body = match effect {
        Effect::Creates => create(quote!(#private::Ok(<#self_ty>::#name(self)))),
        Effect::Evolves if starts_from_default => {
            let create = create(quote! {
                let mut #state = first_state();
                <#self_ty>::#name(&mut #state, self);
                #private::Ok(#state)
            });
            quote!(#create #evolve)
        }
        Effect::Evolves => evolve,
        Effect::Broken => TokenStream::new(),
    };
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        #header #event {
            const DELETES: bool = #deletes;
            #body
        }
    }
}

/// The table that a load runs through:
///
/// ```text
/// impl EventSourced for Order {
///     type Event = OrderEvent;
///     const EVENTS: &'static [EventDescription] = &[…];
///     fn fold(slot: &mut Slot<Self>, event: &RecordedEvent) -> Result<(), ReplayError> {
///         match &*event.name {
///             <OrderCreated as Event>::NAME => slot.fold::<OrderCreated>(event),
///             _ => Err(ReplayError::unknown(event)),
///         }
///     }
///     fn decode(event: &RecordedEvent) -> Result<Option<OrderEvent>, ReplayError> { … }
/// }
/// ```
fn event_sourced(block: &AggregateBlock) -> TokenStream {
    let AggregateBlock {
        paths: es,
        self_ty,
        siblings,
        ignored,
        sourcing,
        ..
    } = block;
    let private = es.private();
    let header = quote_spanned!(self_ty.span()=> impl #es::aggregate::EventSourced for #self_ty);
    let [slot, event] = ["slot", "event"].map(local);
    let descriptions = sourcing.iter().map(
        |SourcingHandler {
             cfgs, event, name, ..
         }| {
            let line = line_of(name.span());
            let [stored, revision] = [quote!(NAME), quote!(REVISION)]
                .map(|item| relocate(quote!(<#event as #es::event::Event>::#item), event.span()));
            quote! {
                #(#cfgs)*
                #es::aggregate::EventDescription { name: #stored, revision: #revision, line: #line }
            }
        },
    );
    let arms = |each: &dyn Fn(&SourcingHandler) -> TokenStream| -> TokenStream {
        sourcing
            .iter()
            .map(|handler| {
                let SourcingHandler { cfgs, event, .. } = handler;
                let name = relocate(quote!(<#event as #es::event::Event>::NAME), event.span());
                let body = each(handler);
                quote!(#(#cfgs)* #name => #body,)
            })
            .collect()
    };
    let folds = arms(&|SourcingHandler { event: ty, .. }| quote!(#slot.fold::<#ty>(#event)));
    let decodes = arms(&|SourcingHandler { event: ty, .. }| {
        quote!(#private::decode_event::<#ty>(#event)
            .map(|event| #private::Some(#private::From::from(event))))
    });
    let passed = |value: TokenStream| {
        (!ignored.is_empty()).then(|| quote!(#(#ignored)|* => #private::Ok(#value),))
    };
    let (not_folded, not_decoded) = (passed(quote!(())), passed(quote!(#private::None)));
    let unknown = quote!(_ => #private::Err(#es::aggregate::ReplayError::unknown(#event)),);
    let error = quote!(#es::aggregate::ReplayError);
    let recorded = quote!(#event: &#es::event::RecordedEvent);
    quote! {
        #[automatically_derived]
        #header {
            type Event = #siblings;
            const EVENTS: &'static [#es::aggregate::EventDescription] = &[#(#descriptions),*];
            fn fold(
                #slot: &mut #es::aggregate::Slot<Self>,
                #recorded,
            ) -> #private::Result<(), #error> {
                match &*#event.name { #folds #not_folded #unknown }
            }
            fn decode(
                #recorded,
            ) -> #private::Result<#private::Option<Self::Event>, #error> {
                match &*#event.name { #decodes #not_decoded #unknown }
            }
        }
    }
}

/// Two events of one aggregate with the same stored name could not be told apart in a replay.
fn unique_names(block: &AggregateBlock) -> TokenStream {
    let AggregateBlock {
        paths: es,
        self_ty,
        sourcing,
        ..
    } = block;
    let private = es.private();
    let own = quote!(#self_ty).to_string();
    // From the last to the first: evaluation stops at the first failure, and the later of two
    // events is the one to rename.
    let checks = sourcing
        .iter()
        .rev()
        .map(|SourcingHandler { cfgs, event, .. }| {
            let text = format!(
                "two events of `{own}` have the same stored name; give this one another with \
             `#[event(name = \"…\")]`"
            );
            let check = relocate(
                quote! {
                    ::core::assert!(
                        #private::is_named_once(
                            <#self_ty as #es::aggregate::EventSourced>::EVENTS,
                            <#event as #es::event::Event>::NAME,
                        ),
                        #text
                    );
                },
                event.span(),
            );
            quote!(#(#cfgs)* #check)
        });
    quote!(const _: () = { #(#checks)* };)
}
