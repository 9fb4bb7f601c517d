/// Which system calls a program in the sandbox may not make: those that hold memory which no limit counts, and those that reach
/// parts of the kernel which a program of a model has no use for. Refused ones answer "not permitted".
///
/// Of sockets only local ones (AF_UNIX) can be made, with the buffers that the machine gives them: TCP over the sandbox's own
/// loopback would hold gigabytes in the kernel, and some kinds, as those between virtual machines, know no name space.
///
/// A filter of seccomp(2): a program of classic BPF, read by bubblewrap from a descriptor.
enum SystemCallFilter {
  #if arch(x86_64)
    /// AUDIT_ARCH_X86_64 of linux/audit.h.
    private static let architecture: UInt32 = 0xC000_003E
    /// Numbers of asm/unistd_64.h.
    private static let refused: [UInt32] =
      memory + control + kernel + common
    // shmget shmat shmctl semget msgget mq_open memfd_create
    private static let memory: [UInt32] = [29, 30, 31, 64, 68, 240, 319]
    // ptrace process_vm_readv process_vm_writev kcmp unshare setns mount umount2 pivot_root
    private static let control: [UInt32] = [101, 310, 311, 312, 272, 308, 165, 166, 155]
    // syslog modify_ldt acct settimeofday swapon swapoff reboot iopl ioperm init_module delete_module quotactl lookup_dcookie
    // kexec_load add_key request_key keyctl perf_event_open fanotify_init name_to_handle_at open_by_handle_at clock_adjtime
    // finit_module kexec_file_load bpf userfaultfd
    private static let kernel: [UInt32] = [
      103, 154, 163, 164, 167, 168, 169, 172, 173, 175, 176, 179, 212, 246, 248, 249, 250, 298,
      300, 303, 304, 305, 313, 320, 321, 323,
    ]
    // socket socketpair
    private static let sockets: [UInt32] = [41, 53]
    private static let setsockopt: UInt32 = 54
    /// Calls of the x32 ABI have this bit: other numbers for the same calls.
    private static let otherNumbers: UInt32 = 0x4000_0000
  #elseif arch(arm64)
    /// AUDIT_ARCH_AARCH64.
    private static let architecture: UInt32 = 0xC000_00B7
    /// Numbers of asm-generic/unistd.h.
    private static let refused: [UInt32] =
      memory + control + kernel + common
    // shmget shmctl shmat semget msgget mq_open memfd_create
    private static let memory: [UInt32] = [194, 195, 196, 190, 186, 180, 279]
    // ptrace process_vm_readv process_vm_writev kcmp unshare setns mount umount2 pivot_root
    private static let control: [UInt32] = [117, 270, 271, 272, 97, 268, 40, 39, 41]
    // syslog acct settimeofday swapon swapoff reboot init_module delete_module quotactl lookup_dcookie kexec_load add_key
    // request_key keyctl perf_event_open fanotify_init name_to_handle_at open_by_handle_at clock_adjtime finit_module
    // kexec_file_load bpf userfaultfd
    private static let kernel: [UInt32] = [
      116, 89, 170, 224, 225, 142, 105, 106, 60, 18, 104, 217, 218, 219, 241, 262, 264, 265, 266,
      273, 294, 280, 282,
    ]
    // socket socketpair
    private static let sockets: [UInt32] = [198, 199]
    private static let setsockopt: UInt32 = 208
    private static let otherNumbers: UInt32 = 0x4000_0000
  #else
    private static let architecture: UInt32 = 0
    private static let refused: [UInt32] = []
    private static let sockets: [UInt32] = []
    private static let setsockopt: UInt32 = 0
    private static let otherNumbers: UInt32 = 0
  #endif

  /// The same number everywhere: io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen fsconfig fsmount
  /// fspick pidfd_getfd mount_setattr quotactl_fd memfd_secret.
  private static let common: [UInt32] = [
    425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 443, 447,
  ]

  /// The program; nil for a processor whose numbers are not written here.
  static let program: [UInt8]? = {
    guard architecture != 0 else { return nil }
    var steps: [UInt8] = []
    /// One `struct sock_filter`: what to do, with what, how far to jump where it holds and where it does not.
    func step(_ code: UInt16, _ value: UInt32, yes: Int = 0, no: Int = 0) {
      steps += [UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8)]
      steps += [UInt8(clamping: yes), UInt8(clamping: no)]
      steps += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let (load, equal, atLeast, answer): (UInt16, UInt16, UInt16, UInt16) = (0x20, 0x15, 0x35, 0x06)
    // Calls by another processor's numbers end the program.
    step(load, 4)
    step(equal, architecture, yes: 1)
    step(answer, 0x8000_0000)
    step(load, 0)
    // EPERM, where the number is one of those that are refused, and below where an argument is.
    let (permit, refuse): (UInt32, UInt32) = (0x7FFF_0000, 0x0005_0001)
    step(atLeast, otherNumbers, yes: refused.count)
    for (index, number) in refused.enumerated() {
      let isLast = index == refused.count - 1
      step(equal, number, yes: refused.count - 1 - index, no: isLast ? 1 : 0)
    }
    step(answer, refuse)
    // The low half of the first argument: AF_UNIX.
    for number in sockets {
      step(equal, number, no: 4)
      step(load, 16)
      step(equal, 1, yes: 1)
      step(answer, refuse)
      step(answer, permit)
    }
    // Of the second and third one: SOL_SOCKET with SO_SNDBUF, SO_RCVBUF and both as root may set them.
    step(equal, setsockopt, no: 8)
    step(load, 24)
    step(equal, 1, no: 6)
    step(load, 32)
    let buffers: [UInt32] = [7, 8, 32, 33]
    for (index, option) in buffers.enumerated() {
      let isLast = index == buffers.count - 1
      step(equal, option, yes: buffers.count - 1 - index, no: isLast ? 1 : 0)
    }
    step(answer, refuse)
    step(answer, permit)
    return steps
  }()
}
