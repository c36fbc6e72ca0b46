use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::parameters::local;
use super::{hidden, line_of, never_seen, unmarked};
use crate::diag::Errors;
use crate::light::LightImpl;
use crate::model::{BoundaryBlock, CriteriaFn, Effect, SourcingHandler};

/// `#[boundary]` on an impl block:
///
/// ```text
/// impl BoundaryState for EmailInUse {
///     const EVENTS: &'static [EventDescription] = &[…];
///     fn first() -> Self { Default::default() }
///     fn fold(&mut self, event: &RecordedEvent) -> Result<(), ReplayError> {
///         match &*event.name {
///             <CustomerRegistered as Event>::NAME => {
///                 Self::on_registered(self, &Facts::<CustomerRegistered>::decode(event)?);
///             }
///             _ => {}
///         }
///         Ok(())
///     }
/// }
/// impl BoundaryOf<RegisterCustomer> for EmailInUse {
///     fn criteria(command: &RegisterCustomer) -> Criteria { <EmailInUse>::of(command) }
/// }
/// ```
pub(super) fn expand(
    arguments: TokenStream,
    block: &mut LightImpl,
    errors: &mut Errors,
) -> TokenStream {
    let Some(model) = BoundaryBlock::read(arguments, block, errors) else {
        return TokenStream::new();
    };
    let state = state(&model);
    let criteria = model.criteria.iter().map(|criteria| of_command(criteria, &model));
    let private = model.paths.private();
    let (self_ty, es) = (&model.self_ty, &model.paths);
    let folded = quote!(<#self_ty as #es::boundary::BoundaryState>::EVENTS);
    let forgotten = unmarked::forgotten(&model.unmarked, &folded, es);
    hidden(quote! {
        use #private::NoFacts as _;
        #state #(#criteria)* #forgotten
    })
}

fn state(block: &BoundaryBlock) -> TokenStream {
    let BoundaryBlock { paths, self_ty, sourcing, .. } = block;
    let place = self_ty.span();
    let es = paths.at(place);
    let private = es.private();
    let event = local("event");
    let descriptions = sourcing.iter().map(|handler| description(handler, block));
    let checks = sourcing.iter().map(|SourcingHandler { cfgs, event, .. }| {
        let private = paths.at(event.span()).private();
        let text = never_seen(event);
        quote_spanned! {event.span()=>
            #(#cfgs)*
            const _: () = ::core::assert!(!<#private::Facts<#event>>::IS_UPCAST, #text);
        }
    });
    // A `self` of the user's `macro_rules!` would be another one than that of the method.
    let this = quote_spanned!(place=> self);
    let arms = sourcing.iter().map(|handler| {
        let SourcingHandler { name, cfgs, event: ty, effect, .. } = handler;
        let es = paths.at(ty.span());
        let private = es.private();
        let body = match effect {
            Effect::Evolves => quote_spanned! {ty.span()=>
                <#self_ty>::#name(#this, &<#private::Facts<#ty>>::decode(#event)?);
            },
            Effect::Creates | Effect::OfMembers | Effect::Broken => TokenStream::new(),
        };
        quote_spanned!(ty.span()=> #(#cfgs)* <#private::Facts<#ty>>::NAME => { #body })
    });
    quote_spanned! {place=>
        #[automatically_derived]
        impl #es::boundary::BoundaryState for #self_ty {
            const EVENTS: &'static [#es::aggregate::EventDescription] = &[#(#descriptions),*];
            fn first() -> Self { <#self_ty as ::core::default::Default>::default() }
            fn fold(
                &mut self,
                #event: &#es::event::RecordedEvent,
            ) -> #private::Result<(), #es::aggregate::ReplayError> {
                match &*#event.name { #(#arms)* _ => {} }
                #private::Ok(())
            }
        }
        #(#checks)*
    }
}

fn description(handler: &SourcingHandler, block: &BoundaryBlock) -> TokenStream {
    let SourcingHandler { cfgs, event, name, .. } = handler;
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
}

fn of_command(criteria: &CriteriaFn, block: &BoundaryBlock) -> TokenStream {
    let self_ty = &block.self_ty;
    let CriteriaFn { name, cfgs, command, output, is_broken } = criteria;
    let place = command.span();
    let es = block.paths.at(place);
    let argument = local("command");
    let body = if *is_broken {
        quote_spanned!(place=> <#es::store::Criteria as ::core::default::Default>::default())
    } else {
        quote_spanned!(*output=> <#self_ty>::#name(#argument))
    };
    quote_spanned! {place=>
        #(#cfgs)*
        #[automatically_derived]
        impl #es::boundary::BoundaryOf<#command> for #self_ty {
            fn criteria(#argument: &#command) -> #es::store::Criteria { #body }
        }
    }
}
