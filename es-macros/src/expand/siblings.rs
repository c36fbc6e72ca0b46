use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::parameters::local;
use crate::model::{AggregateBlock, SourcingHandler, last_ident};

/// The sibling enum: one variant per event, for matches that must name them all.
///
/// ```text
/// pub enum OrderEvent { OrderCreated(OrderCreated), OrderCancelled(OrderCancelled) }
/// ```
// `pub` because the block does not know the aggregate's visibility; the lints that this trips are
// silenced on the enum alone.
pub(super) fn enumeration(block: &AggregateBlock) -> TokenStream {
    let AggregateBlock { self_ty, siblings, derives, .. } = block;
    let doc = format!("Every event of [`{}`].", quote!(#self_ty));
    let derives = (!derives.is_empty()).then(|| quote!(#[derive(#(#derives),*)]));
    let variants = variants(block).map(|(variant, SourcingHandler { cfgs, event, .. })| {
        let doc = format!("[`{}`].", quote!(#event));
        quote!(#(#cfgs)* #[doc = #doc] #variant(#event))
    });
    quote_spanned! {siblings.span()=>
        #[doc = #doc]
        #derives
        #[allow(
            private_interfaces, unreachable_pub, dead_code,
            clippy::large_enum_variant, clippy::enum_variant_names
        )]
        pub enum #siblings { #(#variants),* }
    }
}

/// What makes the enum usable as a set of events.
pub(super) fn implementations(block: &AggregateBlock) -> TokenStream {
    let AggregateBlock { self_ty, siblings, .. } = block;
    let place = siblings.span();
    let es = block.paths.at(place);
    let private = es.private();
    let [sink, event] = ["sink", "event"].map(local);
    let arms = variants(block).map(|(variant, SourcingHandler { cfgs, .. })| {
        quote!(#(#cfgs)* Self::#variant(#event) => #sink.event(#event))
    });
    let conversions = variants(block).map(|(variant, SourcingHandler { cfgs, event: ty, .. })| {
        let private = block.paths.at(ty.span()).private();
        quote_spanned! {ty.span()=>
            #(#cfgs)*
            #[automatically_derived]
            impl #private::From<#ty> for #siblings {
                fn from(#event: #ty) -> Self { Self::#variant(#event) }
            }
        }
    });
    quote_spanned! {place=>
        #[automatically_derived]
        impl #es::aggregate::Events<#self_ty> for #siblings {
            fn stage<__Sink: #es::aggregate::EventSink<#self_ty>>(self, #sink: &mut __Sink) {
                match self { #(#arms),* }
            }
        }
        #[automatically_derived]
        impl #es::aggregate::Decision for #siblings {
            type Error = #private::Infallible;
            type Events = Self;
            fn split(
                self,
            ) -> #private::Result<Self, #es::command::Refusal<#private::Infallible>> {
                #private::Ok(self)
            }
        }
        #(#conversions)*
    }
}

fn variants(block: &AggregateBlock) -> impl Iterator<Item = (&Ident, &SourcingHandler)> {
    block.sourcing.iter().filter_map(|handler| Some((last_ident(&handler.event)?, handler)))
}
