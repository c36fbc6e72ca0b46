use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::model::{Unmarked, relocate, spaced};
use crate::paths::Paths;

/// Refuses a method that could only be a handler whose attribute was forgotten: it takes an event
/// that is not among `folded`.
///
/// ```text
/// const _: () = assert!(is_folded(<Order as EventSourced>::EVENTS, Facts::<Paid>::NAME), "…");
/// ```
pub(super) fn forgotten(unmarked: &[Unmarked], folded: &TokenStream, es: &Paths) -> TokenStream {
    unmarked.iter().map(|method| check(method, folded, es)).collect()
}

fn check(method: &Unmarked, folded: &TokenStream, es: &Paths) -> TokenStream {
    let Unmarked { name, cfgs, event } = method;
    let place = name.span();
    let private = es.at(place).private();
    let text = format!(
        "`{name}` takes event `{}`, and nothing runs it when that is folded; write \
         `#[event_sourcing_handler]` above it",
        spaced(event)
    );
    let folded = relocate(folded.clone(), place);
    quote_spanned! {place=>
        #(#cfgs)*
        const _: () = ::core::assert!(
            #private::is_folded(#folded, <#private::Facts<#event>>::NAME),
            #text
        );
    }
}
