//! What an event was before, and what it became.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type};

use crate::attr::MessageArguments;
use crate::diag::Errors;
use crate::model::{SETS, leaves};
use crate::paths::Paths;

/// Refuses names of earlier days that say nothing.
pub(super) fn check(arguments: &MessageArguments, name: &str, errors: &mut Errors) {
    let mut seen = vec![];
    for former in &arguments.renamed_from {
        let text = former.value();
        if text == name {
            errors.push(former, format!("`{text}` is the event's name today; remove it here"));
        } else if seen.contains(&text) {
            errors.push(former, format!("`{text}` is given twice"));
        }
        seen.push(text);
    }
}

/// The part of `impl Event` that is about its past:
///
/// ```text
/// const LINEAGE: &'static Lineage = &Lineage {
///     name: <Self as Event>::NAME,
///     revision: <Self as Event>::REVISION,
///     renamed_from: &["OrderMade"],
///     from: Some(<OrderCreatedV1 as Event>::LINEAGE),
///     upcast_from: &[Upcaster::of::<OrderImported>()],
/// };
/// fn decode(revision: u32, payload: &[u8]) -> Result<Self, CodecError> {
///     upcast::<OrderCreatedV1, Self>(revision, payload)
/// }
/// ```
pub(super) fn members(arguments: &MessageArguments, es: &Paths) -> TokenStream {
    let MessageArguments { from, renamed_from, upcast_from, upcast_into, .. } = arguments;
    let is_upcast = upcast_into.as_ref().map(|_| {
        quote!(
            const IS_UPCAST: bool = true;
        )
    });
    let decode = from.as_ref().map(|earlier| decode(earlier, es));
    let has_past = from.is_some() || !renamed_from.is_empty() || !upcast_from.is_empty();
    let lineage = has_past.then(|| {
        let private = es.private();
        let event = quote!(#es::event::Event);
        let earlier = match from {
            Some(earlier) => quote_spanned! {earlier.span()=>
                #private::Some(<#earlier as #event>::LINEAGE)
            },
            None => quote!(#private::None),
        };
        let upcasters = upcast_from.iter().map(|earlier| {
            let es = es.at(earlier.span());
            quote_spanned!(earlier.span()=> #es::event::Upcaster::of::<#earlier>())
        });
        quote! {
            const LINEAGE: &'static #es::event::Lineage = &#es::event::Lineage {
                name: <Self as #event>::NAME,
                revision: <Self as #event>::REVISION,
                renamed_from: &[#(#renamed_from),*],
                from: #earlier,
                upcast_from: &[#(#upcasters),*],
            };
        }
    });
    quote!(#is_upcast #lineage #decode)
}

fn decode(earlier: &Type, es: &Paths) -> TokenStream {
    let private = es.private();
    let call = quote_spanned!(earlier.span()=> #private::upcast::<#earlier, Self>);
    quote! {
        fn decode(
            revision: u32,
            payload: &[u8],
        ) -> #private::Result<Self, #es::event::CodecError> {
            #call(revision, payload)
        }
    }
}

/// What stands beside it: `impl Upcast`, and checks that both ends of each way say the same.
pub(super) fn beside(own: &Ident, arguments: &MessageArguments, es: &Paths) -> TokenStream {
    let MessageArguments { from, upcast_from, upcast_into, .. } = arguments;
    let chain = from.as_ref().map(|earlier| chain(own, earlier, es));
    let into = upcast_into.as_ref().map(|became| upcast(own, became, es));
    let upcasters = upcast_from.iter().map(|earlier| upcaster(own, earlier, es));
    quote!(#chain #into #(#upcasters)*)
}

/// A chain leads from one revision of a stored name to a higher one of the same name.
fn chain(own: &Ident, earlier: &Type, es: &Paths) -> TokenStream {
    let private = es.private();
    let shown = quote!(#earlier).to_string();
    let other_name = format!(
        "`{shown}` has another stored name than `{own}`; a chain stays with one name: give \
         `{shown}` the same with `#[event(name = \"…\")]`, or, if it was another event, write \
         `upcast_from({shown})`"
    );
    let no_lower = format!(
        "the revision of `{shown}` is not lower than that of `{own}`; raise `{own}` with \
         `#[event(revision = …)]`"
    );
    let is_upcast = format!(
        "`{shown}` is upcast into the events of its `upcast_into`; write `upcast_from({shown})`"
    );
    let event = quote!(#es::event::Event);
    quote_spanned! {earlier.span()=>
        const _: () = {
            ::core::assert!(
                #private::is_same_name(<#earlier as #event>::NAME, <#own as #event>::NAME),
                #other_name
            );
            ::core::assert!(!<#earlier as #event>::IS_UPCAST, #is_upcast);
            ::core::assert!(
                <#earlier as #event>::REVISION < <#own as #event>::REVISION,
                #no_lower
            );
        };
    }
}

/// ```text
/// impl Upcast for OrderImported { type Into = (OrderCreated, Vec<LineAdded>); }
/// ```
fn upcast(own: &Ident, became: &Type, es: &Paths) -> TokenStream {
    let event = quote!(#es::event::Event);
    let checks = leaves(became, &SETS).into_iter().map(|leaf| {
        let shown = quote!(#leaf).to_string();
        let text = format!(
            "`{shown}` does not say that it was `{own}`, and its readers would miss old rows; add \
             `upcast_from({own})` to its `#[event(..)]`"
        );
        let private = es.at(leaf.span()).private();
        quote_spanned! {leaf.span()=>
            const _: () = {
                use #private::NoLeaves as _;
                ::core::assert!(
                    <#private::LeavesOf<#leaf>>::LEAVES.all_say_so(<#own as #event>::LINEAGE),
                    #text
                );
            };
        }
    });
    let place = became.span();
    let es = es.at(place);
    quote_spanned! {place=>
        #[automatically_derived]
        impl #es::event::Upcast for #own {
            type Into = #became;
        }
        #(#checks)*
    }
}

fn upcaster(own: &Ident, earlier: &Type, es: &Paths) -> TokenStream {
    let private = es.private();
    let shown = quote!(#earlier).to_string();
    let not_named = format!(
        "`{shown}` is not upcast into `{own}`; name `{own}` in the `upcast_into` of `{shown}`"
    );
    let not_renamed = format!(
        "rows of `{shown}` may have the names in this `renamed_from` too; give `{shown}` the same"
    );
    let event = quote!(#es::event::Event);
    quote_spanned! {earlier.span()=>
        const _: () = {
            use #private::BecameNothing as _;
            let (own, earlier) = (<#own as #event>::LINEAGE, <#earlier as #event>::LINEAGE);
            ::core::assert!(
                #private::is_among(own, <#private::Became<#earlier>>::LEAVES),
                #not_named
            );
            ::core::assert!(
                !#private::is_same_name(own.name, earlier.name)
                    || #private::knows_names(earlier, own.renamed_from),
                #not_renamed
            );
        };
    }
}
