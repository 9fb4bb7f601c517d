import CCurl

extension OutboundError.Kind {
  /// What a libcurl result means to a caller. `wasRefused` says that a connect met nobody, `proxyStatus` is what a proxy
  /// answered to CONNECT, or 0.
  init(_ code: CURLcode, wasRefused: Bool, proxyStatus: Int) {
    self =
      switch code {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolvable
      case CURLE_COULDNT_CONNECT: wasRefused ? .refused : .unreachable
      case CURLE_PROXY: .unreachable
      case CURLE_OPERATION_TIMEDOUT: .connectTimeout
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
        CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CLIENTCERT,
        CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_USE_SSL_FAILED:
        .tls
      case CURLE_RECV_ERROR where proxyStatus != 0 && !(200..<300).contains(proxyStatus):
        .unreachable
      case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .closed
      // libcurl says that it has no memory where a line of the head is over its bound.
      case CURLE_FILESIZE_EXCEEDED, CURLE_OUT_OF_MEMORY: .tooLarge
      case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT: .invalidRequest
      case CURLE_WRITE_ERROR, CURLE_ABORTED_BY_CALLBACK: .cancelled
      default: .protocolError
      }
  }
}
