use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::parameters::local;
use super::register::{Entry, List};
use super::snapshot;
use super::{interceptor, line_of, never_seen};
use crate::model::{AggregateBlock, Effect, SourcingHandler, relocate};

/// The event side of the aggregate: one `EventOf` per handler, and `EventSourced`.
pub(super) fn expand(block: &AggregateBlock) -> TokenStream {
    let sourcing = &block.sourcing;
    let first = first_state(block);
    let events = sourcing.iter().map(|handler| event_of(handler, block, first.is_some()));
    let sourced = event_sourced(block);
    let names = unique_names(block);
    let of_members = of_members(block);
    let snapshots = snapshot::are_wanted(block);
    quote!(#first #(#events)* #sourced #names #of_members #snapshots)
}

/// Its registration: `AggregateEntry::of::<Order>(file!(), 30)`.
pub(super) fn entry(block: &AggregateBlock) -> Entry {
    let self_ty = &block.self_ty;
    let place = self_ty.span();
    let es = block.paths.at(place);
    let line = line_of(place);
    let value = quote_spanned! {place=>
        #es::registry::AggregateEntry::of::<#self_ty>(::core::file!(), #line)
    };
    Entry { list: List::Aggregates, cfgs: vec![], value }
}

/// `Default` is asked for only where no handler creates, and only once.
fn first_state(block: &AggregateBlock) -> Option<TokenStream> {
    let AggregateBlock { paths, self_ty, sourcing, .. } = block;
    let mut own = sourcing.iter().filter(|it| it.effect != Effect::OfMembers).peekable();
    if own.peek().is_none() || own.any(|handler| handler.effect != Effect::Evolves) {
        return None;
    }
    let place = self_ty.span();
    let private = paths.at(place).private();
    Some(quote_spanned! {place=>
        fn first_state() -> #self_ty { <#self_ty as #private::FirstState>::first() }
    })
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
    let self_ty = &block.self_ty;
    let SourcingHandler { name, cfgs, event, effect, deletes, .. } = handler;
    let place = event.span();
    let es = block.paths.at(place);
    let private = es.private();
    let state = local("state");
    let result = quote!(#private::Result);
    let fault = quote!(#es::fault::Fault);
    let create = |body: TokenStream| {
        quote! {
            const CREATES: bool = true;
            fn create(&self) -> #result<#self_ty, #fault> { #body }
        }
    };
    // A `self` of the user's `macro_rules!` would be another one than that of the method.
    let this = quote!(self);
    let forward =
        quote_spanned!(place=> <#self_ty as #es::aggregate::Entity>::forward(&mut *#state, #this););
    let evolve = |own: TokenStream| {
        quote! {
            fn evolve(&self, #state: &mut #self_ty) -> #result<(), #fault> {
                #own
                #forward
                #private::Ok(())
            }
        }
    };
    let own = quote!(<#self_ty>::#name(&mut *#state, self););
    let body = match effect {
        Effect::Creates => create(quote! {
            let mut created = <#self_ty>::#name(self);
            let #state = &mut created;
            #forward
            #private::Ok(created)
        }),
        Effect::Evolves if starts_from_default => {
            let create = create(quote! {
                let mut created = first_state();
                let #state = &mut created;
                #own
                #forward
                #private::Ok(created)
            });
            let evolve = evolve(own);
            quote!(#create #evolve)
        }
        Effect::Evolves => evolve(own),
        Effect::OfMembers => evolve(TokenStream::new()),
        Effect::Broken => TokenStream::new(),
    };
    quote_spanned! {place=>
        #(#cfgs)*
        #[automatically_derived]
        impl #es::aggregate::EventOf<#self_ty> for #event {
            const DELETES: bool = #deletes;
            #body
        }
    }
}

/// The table that a load runs through:
///
/// ```text
/// impl EventSourcingHandlersSitInOneBlock for Order {}
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
    let AggregateBlock { self_ty, siblings, ignored, .. } = block;
    let place = self_ty.span();
    let es = block.paths.at(place);
    let private = es.private();
    let [slot, event, decoded] = ["slot", "event", "decoded"].map(local);
    let descriptions = descriptions(block);
    let logic = block.logic;
    let snapshot_after = snapshot::after(block);
    let folds = arms(
        block,
        &|SourcingHandler { event: ty, .. }| quote_spanned!(ty.span()=> #slot.fold::<#ty>(#event)),
    );
    let decodes = arms(block, &|SourcingHandler { event: ty, .. }| {
        let private = block.paths.at(ty.span()).private();
        quote_spanned! {ty.span()=>
            <#private::Facts<#ty>>::decode(#event)
                .map(|#decoded| #private::Some(#private::From::from(#decoded)))
        }
    });
    let passed = |value: TokenStream| {
        (!ignored.is_empty()).then(|| quote!(#(#ignored)|* => #private::Ok(#value),))
    };
    let (not_folded, not_decoded) = (passed(quote!(())), passed(quote!(#private::None)));
    let intercept = interceptor::method(block);
    let unknown = quote!(_ => #private::Err(#es::aggregate::ReplayError::unknown(#event)),);
    let error = quote!(#es::aggregate::ReplayError);
    let recorded = quote!(#event: &#es::event::RecordedEvent);
    quote_spanned! {place=>
        #[automatically_derived]
        impl #private::EventSourcingHandlersSitInOneBlock for #self_ty {}
        #[automatically_derived]
        impl #es::aggregate::EventSourced for #self_ty {
            type Event = #siblings;
            const EVENTS: &'static [#es::aggregate::EventDescription] = &[#(#descriptions),*];
            const LOGIC: u64 = #private::logic(#logic, Self::EVENTS);
            #snapshot_after
            fn fold(
                #slot: &mut #es::aggregate::Slot<Self>,
                #recorded,
            ) -> #private::Result<(), #error> {
                match &*#event.name { #folds #not_folded #unknown }
            }
            #intercept
            fn decode(
                #recorded,
            ) -> #private::Result<#private::Option<#siblings>, #error> {
                match &*#event.name { #decodes #not_decoded #unknown }
            }
        }
    }
}

fn descriptions(block: &AggregateBlock) -> impl Iterator<Item = TokenStream> {
    block.sourcing.iter().map(|SourcingHandler { cfgs, event, name, .. }| {
        let es = block.paths.at(event.span());
        let private = es.private();
        let line = line_of(name.span());
        quote_spanned! {event.span()=>
            #(#cfgs)*
            #es::aggregate::EventDescription {
                name: <#private::Facts<#event>>::NAME,
                revision: <#private::Facts<#event>>::REVISION,
                lineage: <#private::Facts<#event>>::LINEAGE,
                tag_keys: <#private::Facts<#event>>::TAG_KEYS,
                line: #line,
            }
        }
    })
}

/// One match arm per event, by its stored name.
fn arms(block: &AggregateBlock, each: &dyn Fn(&SourcingHandler) -> TokenStream) -> TokenStream {
    let arm = |handler: &SourcingHandler| {
        let SourcingHandler { cfgs, event, .. } = handler;
        let private = block.paths.at(event.span()).private();
        let body = each(handler);
        quote_spanned!(event.span()=> #(#cfgs)* <#private::Facts<#event>>::NAME => #body,)
    };
    block.sourcing.iter().map(arm).collect()
}

/// An event of `member_events(..)` that no member has a handler for would change nothing.
fn of_members(block: &AggregateBlock) -> TokenStream {
    let self_ty = &block.self_ty;
    let text = format!(
        "no member of `{}` has an `#[event_sourcing_handler]` for this event; write one in its \
         `#[aggregate_member] impl` block",
        quote!(#self_ty)
    );
    let listed = block.sourcing.iter().filter(|handler| handler.effect == Effect::OfMembers);
    listed
        .map(|SourcingHandler { event, .. }| {
            let place = event.span();
            let es = block.paths.at(place);
            let private = es.private();
            quote_spanned! {place=>
                const _: () = ::core::assert!(
                    #private::is_evolved(
                        <#self_ty as #es::aggregate::Entity>::MEMBERS,
                        <#private::Facts<#event>>::NAME,
                    ),
                    #text
                );
            }
        })
        .collect()
}

/// Two events of one aggregate with the same stored name could not be told apart in a replay.
fn unique_names(block: &AggregateBlock) -> TokenStream {
    let self_ty = &block.self_ty;
    let shown = quote!(#self_ty);
    let named_twice = format!(
        "two events of `{shown}` have the same stored name; give this one another with \
         `#[event(name = \"…\")]`, or, if one is an earlier shape of the other, say \
         `#[event(revision = 1, from = ..)]` on the newer one and remove the older one's handler"
    );
    let read_twice = format!(
        "rows of this event are read as another event of `{shown}` too, and a row is read as one: \
         remove the handler of the older event, or mend `renamed_from`, `from` and `upcast_from` of \
         the two"
    );
    let earlier = block.sourcing.iter().map(|handler| earlier_revision(handler, block, &shown));
    // From the last to the first: evaluation stops at the first failure, and the later of two
    // events is the one to rename.
    let checks = block.sourcing.iter().rev().map(|SourcingHandler { cfgs, event, .. }| {
        let es = block.paths.at(event.span());
        let private = es.private();
        let never_seen = never_seen(event);
        quote_spanned! {event.span()=>
            #(#cfgs)*
            ::core::assert!(!<#private::Facts<#event>>::IS_UPCAST, #never_seen);
            #(#cfgs)*
            ::core::assert!(
                #private::is_named_once(
                    <#self_ty as #es::aggregate::EventSourced>::EVENTS,
                    <#private::Facts<#event>>::NAME,
                ),
                #named_twice
            );
            #(#cfgs)*
            ::core::assert!(
                #private::is_read_once(
                    <#self_ty as #es::aggregate::EventSourced>::EVENTS,
                    <#private::Facts<#event>>::LINEAGE,
                ),
                #read_twice
            );
        }
    });
    let ignored = block.ignored.iter().map(|name| {
        let es = block.paths.at(name.span());
        let private = es.private();
        let text = format!(
            "`{}` is the name of an event that `{shown}` has a handler for, today or before; \
             remove it here",
            name.value()
        );
        let self_ty = relocate(quote!(#self_ty), name.span());
        quote_spanned! {name.span()=>
            const _: () = ::core::assert!(
                !#private::is_named(<#self_ty as #es::aggregate::EventSourced>::EVENTS, #name),
                #text
            );
        }
    });
    quote!(const _: () = { #(#earlier)* #(#checks)* }; #(#ignored)*)
}

/// Two revisions of one event: rows of the earlier one are upcast before a handler sees them.
fn earlier_revision(
    SourcingHandler { cfgs, event, .. }: &SourcingHandler,
    block: &AggregateBlock,
    shown: &TokenStream,
) -> TokenStream {
    let self_ty = &block.self_ty;
    let text = format!(
        "`{shown}` handles a later revision of this event too, and its handler gets the rows of all \
         revisions: remove this handler, and say `from = {0}` on the later event, with an \
         `impl From<{0}>` for it; if it is another event, name it with `#[event(name = \"…\")]`",
        quote!(#event)
    );
    let es = block.paths.at(event.span());
    let private = es.private();
    quote_spanned! {event.span()=>
        #(#cfgs)*
        ::core::assert!(
            !#private::is_revised(
                <#self_ty as #es::aggregate::EventSourced>::EVENTS,
                <#private::Facts<#event>>::NAME,
                <#private::Facts<#event>>::REVISION,
            ),
            #text
        );
    }
}
