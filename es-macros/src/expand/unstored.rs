use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::{Output, Written, leaves, spaced};
use crate::paths::Paths;

/// Refuses an event as a reply: it looks as if it were stored, and is not.
pub(super) fn unstored(output: &Output, es: &Paths, remedy: &str) -> TokenStream {
    let Written::Result { ok, .. } = &output.written else { return TokenStream::new() };
    let checks = leaves(ok).into_iter().map(|leaf| {
        let es = es.at(leaf.span());
        let private = es.private();
        let shown = spaced(leaf);
        let text = format!("`{shown}` is an event, and as a reply it is not stored; {remedy}");
        quote_spanned! {leaf.span()=>
            const _: () = {
                use #private::NoLeaves as _;
                let leaves = <#private::LeavesOf<#leaf>>::LEAVES;
                ::core::assert!(!::core::matches!(leaves, #es::event::Leaves::One(_)), #text);
            };
        }
    });
    quote!(#(#checks)*)
}
