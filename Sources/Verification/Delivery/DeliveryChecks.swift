/// Every promise that a change reaches those whom it concerns within a second, and nobody else.
public enum DeliveryChecks {
  public static let all: [Check] =
    ActiveUserDelivery.checks + RoomDelivery.checks + PollDelivery.checks + ChatDelivery.checks
    + BeatSilence.checks
}
