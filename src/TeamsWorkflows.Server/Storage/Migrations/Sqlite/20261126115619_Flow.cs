using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Flow : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_State_Id",
                table: "Deliveries");

            migrationBuilder.AddColumn<long>(
                name: "NotifiedAt",
                table: "Reports",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Policies",
                table: "Reports",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "ProtectedNotify",
                table: "Reports",
                type: "BLOB",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ResendOf",
                table: "Deliveries",
                type: "TEXT",
                maxLength: 48,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "DeliveryWords",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    DeliveryId = table.Column<string>(type: "TEXT", maxLength: 48, nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Word = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Actor = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DeliveryWords", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DeliveryWords_Deliveries_DeliveryId",
                        column: x => x.DeliveryId,
                        principalTable: "Deliveries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Intakes",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Uid = table.Column<Guid>(type: "TEXT", nullable: false),
                    Publisher = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Tool = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Proof = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    SecretHeader = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    ReplayWindow = table.Column<long>(type: "INTEGER", nullable: false),
                    KeyField = table.Column<string>(type: "TEXT", maxLength: 600, nullable: true),
                    ProtectedReport = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ProtectedSecret = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ProtectedPreviousSecret = table.Column<byte[]>(type: "BLOB", nullable: true),
                    PreviousSecretUntil = table.Column<long>(type: "INTEGER", nullable: true),
                    IsEnabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    LastActor = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    LastAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Intakes", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Occurrences",
                columns: table => new
                {
                    ScheduleId = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 48, nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    ScheduledFor = table.Column<long>(type: "INTEGER", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Run = table.Column<int>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    Actor = table.Column<string>(type: "TEXT", maxLength: 320, nullable: true),
                    Data = table.Column<string>(type: "TEXT", nullable: true),
                    ReportId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    BegunAt = table.Column<long>(type: "INTEGER", nullable: true),
                    UpdatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Occurrences", x => new { x.ScheduleId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "Paces",
                columns: table => new
                {
                    Key = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    NextSlot = table.Column<long>(type: "INTEGER", nullable: false),
                    StoodStill = table.Column<long>(type: "INTEGER", nullable: false),
                    BlockedUntil = table.Column<long>(type: "INTEGER", nullable: false),
                    BlockedFor = table.Column<long>(type: "INTEGER", nullable: false),
                    Stops = table.Column<int>(type: "INTEGER", nullable: false),
                    Day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    Used = table.Column<int>(type: "INTEGER", nullable: false),
                    LastStopped = table.Column<string>(type: "TEXT", maxLength: 320, nullable: true),
                    LastStoppedUntil = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Paces", x => x.Key);
                });

            migrationBuilder.CreateTable(
                name: "Schedules",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Uid = table.Column<Guid>(type: "TEXT", nullable: false),
                    Publisher = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Owner = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Cron = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    TimeZone = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Jitter = table.Column<long>(type: "INTEGER", nullable: false),
                    Overlap = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    CatchUp = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    CatchUpWindow = table.Column<long>(type: "INTEGER", nullable: false),
                    ProtectedReport = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Connections = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false),
                    ProtectedSource = table.Column<byte[]>(type: "BLOB", nullable: true),
                    IsPaused = table.Column<bool>(type: "INTEGER", nullable: false),
                    LastAction = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    LastActor = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    LastReason = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    LastActionAt = table.Column<long>(type: "INTEGER", nullable: false),
                    PlannedUntil = table.Column<long>(type: "INTEGER", nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Schedules", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Reports_CreatedAt",
                table: "Reports",
                column: "CreatedAt");

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRuns_CaseId_DeliveryId",
                table: "ParkedRuns",
                columns: new[] { "CaseId", "DeliveryId" });

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRuns_DeliveryId",
                table: "ParkedRuns",
                column: "DeliveryId");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ChannelId_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "ChannelId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "ConnectionId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_State_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "State", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_DeliveryWords_DeliveryId",
                table: "DeliveryWords",
                column: "DeliveryId");

            migrationBuilder.CreateIndex(
                name: "IX_Occurrences_ReportId",
                table: "Occurrences",
                column: "ReportId");

            migrationBuilder.CreateIndex(
                name: "IX_Occurrences_ScheduleId_CreatedAt",
                table: "Occurrences",
                columns: new[] { "ScheduleId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Occurrences_ScheduleId_State_UpdatedAt",
                table: "Occurrences",
                columns: new[] { "ScheduleId", "State", "UpdatedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DeliveryWords");

            migrationBuilder.DropTable(
                name: "Intakes");

            migrationBuilder.DropTable(
                name: "Occurrences");

            migrationBuilder.DropTable(
                name: "Paces");

            migrationBuilder.DropTable(
                name: "Schedules");

            migrationBuilder.DropIndex(
                name: "IX_Reports_CreatedAt",
                table: "Reports");

            migrationBuilder.DropIndex(
                name: "IX_ParkedRuns_CaseId_DeliveryId",
                table: "ParkedRuns");

            migrationBuilder.DropIndex(
                name: "IX_ParkedRuns_DeliveryId",
                table: "ParkedRuns");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ChannelId_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_State_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "NotifiedAt",
                table: "Reports");

            migrationBuilder.DropColumn(
                name: "Policies",
                table: "Reports");

            migrationBuilder.DropColumn(
                name: "ProtectedNotify",
                table: "Reports");

            migrationBuilder.DropColumn(
                name: "ResendOf",
                table: "Deliveries");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt",
                table: "Deliveries",
                columns: new[] { "ConnectionId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_State_Id",
                table: "Deliveries",
                columns: new[] { "State", "Id" });
        }
    }
}
