//! Where generated code finds what it names.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// The path of the core crate: `::es_core`, or what `crate = path` gave.
///
/// Generated code never writes a bare `Result`, `Option` or `Box`: the user may have types of these
/// names. It writes `::core::…`, or a path that starts here.
#[derive(Clone)]
pub(crate) struct Paths {
    root: TokenStream,
}

impl Paths {
    /// Takes the path that the user gave, or the default.
    pub(crate) fn new(given: Option<&Path>) -> Self {
        Self {
            root: given.map_or_else(|| quote!(::es_core), ToTokens::to_token_stream),
        }
    }

    /// What only generated code names: `::es_core::__private`.
    pub(crate) fn private(&self) -> TokenStream {
        let root = &self.root;
        quote!(#root::__private)
    }
}

impl ToTokens for Paths {
    fn to_tokens(&self, out: &mut TokenStream) {
        self.root.to_tokens(out);
    }
}
