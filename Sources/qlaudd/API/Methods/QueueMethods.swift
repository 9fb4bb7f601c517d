import Domain
import Engine
import Wire

let queueMethods: [Method] = [
  Method(
    "queue/status", .get("/v1/queue"), .standard,
    "How much waits, since when, and how each provider can be reached.", result: .queue
  ) { call in try await call.engine.queue.report() },
  Method(
    "queue/pause", .post("/v1/queue/pause"), .admin,
    "Stops taking turns from the queue; what runs goes on.", result: .queue
  ) { call in
    try await call.engine.queue.setPaused(true)
    return try await call.engine.queue.report()
  },
  Method(
    "queue/resume", .post("/v1/queue/resume"), .admin, "Takes turns from the queue again.",
    result: .queue
  ) { call in
    try await call.engine.queue.setPaused(false)
    return try await call.engine.queue.report()
  },
]
